using MaskApi.Onnx.Tflite;

namespace MaskApi.Onnx.BlazeFace;

/// <summary>
/// MediaPipe's full-range face detector, for faces within about five meters. The grid comes from the options of
/// <c>ssd_anchors_calculator</c> in MediaPipe's <c>face_detection_full_range.pbtxt</c>.
/// </summary>
internal static class BlazeFaceFullRange
{
    /// <summary>The model's name, in the file's metadata and in answers.</summary>
    public const string Name = "blaze_face_full_range";

    /// <summary>Side of the published file's square input, in pixels.</summary>
    public const int InputSize = 192;

    /// <summary>Input pixels between neighboring anchors: one anchor at each cell's center.</summary>
    public const int Stride = 4;

    /// <summary>Number of anchors in the published file's outputs.</summary>
    public const int AnchorCount = InputSize / Stride * (InputSize / Stride);

    /// <summary>SHA-256 of the file that MediaPipe published, lower-case hexadecimal.</summary>
    public const string PublishedSha256 = "99bf9494d84f50acc6617d89873f71bf6635a841ea699c17cb3377f9507cfec3";

    /// <summary>Where to download that file.</summary>
    public const string PublishedAs = "npm @mediapipe/face_detection 0.4.1657300184, face_detection_full_range.tflite";

    /// <summary>Rejects every other model.</summary>
    /// <param name="model">The model.</param>
    /// <exception cref="NotSupportedException">It is another model.</exception>
    public static void Check(TfliteModel model)
    {
        int[] input = [1, InputSize, InputSize, 3];
        if (model.Inputs.Count != 1 || !model.Tensors[model.Inputs[0]].Shape.SequenceEqual(input))
        {
            throw new NotSupportedException("Not MediaPipe's full-range face detector, which has one input, 1×192×192×3.");
        }
    }
}
