using System.CommandLine;
using MaskApi.Onnx.BlazeFace;

namespace MaskApi.Training.Commands;

/// <summary><c>convert-detector</c>: converts MediaPipe's full-range BlazeFace file to the ONNX file that the service loads.</summary>
internal static class ConvertDetectorCommand
{
    public static Command Create()
    {
        var source = new Argument<FileInfo>("file.tflite")
        {
            Description = "face_detection_full_range.tflite from npm @mediapipe/face_detection",
        };
        source.AcceptExistingOnly();
        var target = new Argument<FileInfo>("file.onnx") { Description = "Where to write the ONNX model" };

        var command = new Command("convert-detector", "Converts MediaPipe's full-range face detector to ONNX.") { source, target };
        command.SetAction((result, cancellationToken) => ConvertAsync(
            result.GetRequiredValue(source), result.GetRequiredValue(target), cancellationToken));
        return command;
    }

    private static async Task<int> ConvertAsync(FileInfo source, FileInfo target, CancellationToken cancellationToken)
    {
        var tflite = await File.ReadAllBytesAsync(source.FullName, cancellationToken);
        byte[] model;
        try
        {
            model = BlazeFaceConverter.ConvertAnySize(
                tflite, new Dictionary<int, float[]>(), new Dictionary<string, string>());
        }
        catch (Exception exception) when (exception is InvalidDataException or NotSupportedException)
        {
            await Console.Error.WriteLineAsync($"{source.Name}: {exception.Message}");
            return 1;
        }

        await File.WriteAllBytesAsync(target.FullName, model, cancellationToken);
        Console.WriteLine($"{target.Name}: {model.Length} bytes");
        return 0;
    }
}
