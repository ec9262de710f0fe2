using System.CommandLine;
using MaskApi.Onnx.BlazeFace;

namespace MaskApi.Training.Commands;

/// <summary><c>convert-detector</c>: one of MediaPipe's BlazeFace files into the ONNX file that the service loads.</summary>
internal static class ConvertDetectorCommand
{
    public static Command Create()
    {
        var source = new Argument<FileInfo>("file.tflite")
        {
            Description = "face_detection_short_range.tflite or face_detection_full_range.tflite of npm @mediapipe/face_detection",
        };
        source.AcceptExistingOnly();
        var target = new Argument<FileInfo>("file.onnx") { Description = "Where to write the ONNX model" };
        var raw = new Option<bool>("--raw")
        {
            Description = "Keep float input and raw outputs, before anchors and sigmoid: for comparison with TensorFlow Lite",
        };

        var command = new Command("convert-detector", "Converts a MediaPipe BlazeFace model to ONNX.") { source, target, raw };
        command.SetAction((result, cancellationToken) => ConvertAsync(
            result.GetRequiredValue(source), result.GetRequiredValue(target), result.GetValue(raw), cancellationToken));
        return command;
    }

    private static async Task<int> ConvertAsync(FileInfo source, FileInfo target, bool raw, CancellationToken cancellationToken)
    {
        var tflite = await File.ReadAllBytesAsync(source.FullName, cancellationToken);
        byte[] model;
        try
        {
            model = raw ? BlazeFaceConverter.ConvertRaw(tflite) : BlazeFaceConverter.Convert(tflite);
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
