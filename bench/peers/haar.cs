// Finds faces with OpenCV's Haar cascade, by OpenCvSharp.
// Reads file names from standard input; answers each with one line: [[x, y, width, height, score], …] in pixels of the upright picture.
//
//   dotnet run haar.cs CASCADE [MINIMUM_NEIGHBORS]
#:package OpenCvSharp4@4.13.0.20260627
#:package OpenCvSharp4.official.runtime.linux-x64@4.13.0.20260627
#:property ManagePackageVersionsCentrally=false
#:property RestorePackagesWithLockFile=false
#:property PublishAot=false
using System.Globalization;
using OpenCvSharp;

// OpenCV's own defaults.
const double ScaleFactor = 1.1;
const int MinNeighbors = 3;

Cv2.SetNumThreads(1);
using var cascade = new CascadeClassifier(args[0]);
var minNeighbors = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : MinNeighbors;
while (Console.ReadLine() is { } file)
{
    using var picture = Cv2.ImRead(file, ImreadModes.Grayscale);
    var faces = cascade.DetectMultiScale(
        picture, out _, out var scores, ScaleFactor, minNeighbors, HaarDetectionTypes.ScaleImage, null, null, outputRejectLevels: true);
    Console.WriteLine($"[{string.Join(',', faces.Zip(scores, static (box, score) =>
        string.Create(CultureInfo.InvariantCulture, $"[{box.X},{box.Y},{box.Width},{box.Height},{score}]")))}]");
}
