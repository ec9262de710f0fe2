using System.CommandLine;

namespace MaskApi.Benchmarks.Commands;

/// <summary>Writes a picture to time.</summary>
internal static class PictureCommand
{
    public static Command Create()
    {
        var faces = new Option<int>("--faces") { Description = "Faces in it.", DefaultValueFactory = static _ => 1 };
        var megapixels = new Option<double>("--megapixels") { Description = "Its size.", DefaultValueFactory = static _ => 12 };
        var file = new Option<FileInfo>("--out") { Description = "Where to.", Required = true };
        var command = new Command("picture", "Writes a JPEG of so many faces and pixels.") { faces, megapixels, file };
        command.SetAction(result => File.WriteAllBytes(
            result.GetValue(file)!.FullName, Pictures.Crowd(result.GetValue(faces), result.GetValue(megapixels))));
        return command;
    }
}
