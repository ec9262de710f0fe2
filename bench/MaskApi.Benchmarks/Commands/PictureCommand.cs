using System.CommandLine;

namespace MaskApi.Benchmarks.Commands;

/// <summary>Writes a test picture with a given number of faces and pixels.</summary>
internal static class PictureCommand
{
    public static Command Create()
    {
        var faces = new Option<int>("--faces") { Description = "Number of faces.", DefaultValueFactory = static _ => 1 };
        var megapixels = new Option<double>("--megapixels") { Description = "Size of the picture.", DefaultValueFactory = static _ => 12 };
        var file = new Option<FileInfo>("--out") { Description = "Output file.", Required = true };
        var command = new Command("picture", "Writes a JPEG with the given number of faces and pixels.") { faces, megapixels, file };
        command.SetAction(result => File.WriteAllBytes(
            result.GetValue(file)!.FullName, Pictures.Crowd(result.GetValue(faces), result.GetValue(megapixels))));
        return command;
    }
}
