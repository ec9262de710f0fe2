using MaskApi.Onnx.Tflite;

namespace MaskApi.Onnx.BlazeFace;

/// <summary>One grid of anchors: every cell carries the same number of them, all at its center.</summary>
/// <param name="Size">Cells along each side.</param>
/// <param name="AnchorsPerCell">Anchors at each cell.</param>
public readonly record struct AnchorGrid(int Size, int AnchorsPerCell);

/// <summary>
/// What sets MediaPipe's face detectors apart. Source of the grids: <c>ssd_anchors_calculator</c>'s options in MediaPipe's
/// <c>face_detection_short_range.pbtxt</c> (strides 8, 16, 16, 16) and <c>face_detection_full_range.pbtxt</c> (stride 4).
/// </summary>
/// <param name="Name">The model's name, in the file's metadata and in answers.</param>
/// <param name="InputSize">Side of the square input, in pixels.</param>
/// <param name="Grids">The anchor grids, in the order of the outputs.</param>
/// <param name="PublishedSha256">SHA-256 of the file that MediaPipe published, lower-case hexadecimal.</param>
/// <param name="PublishedAs">Where that file is to be had.</param>
public sealed record BlazeFaceVariant(
    string Name, int InputSize, IReadOnlyList<AnchorGrid> Grids, string PublishedSha256, string PublishedAs)
{
    private const string Package = "npm @mediapipe/face_detection 0.4.1657300184";

    /// <summary>Faces within about two meters of a selfie camera: 128×128, 896 anchors.</summary>
    public static BlazeFaceVariant ShortRange { get; } = new(
        "blaze_face_short_range",
        128,
        [new AnchorGrid(16, 2), new AnchorGrid(8, 6)],
        "3bc182eb9f33925d9e58b5c8d59308a760f4adea8f282370e428c51212c26633",
        $"{Package}, face_detection_short_range.tflite");

    /// <summary>Faces within about five meters: 192×192, 2304 anchors.</summary>
    public static BlazeFaceVariant FullRange { get; } = new(
        "blaze_face_full_range",
        192,
        [new AnchorGrid(48, 1)],
        "99bf9494d84f50acc6617d89873f71bf6635a841ea699c17cb3377f9507cfec3",
        $"{Package}, face_detection_full_range.tflite");

    /// <summary>How many anchors there are.</summary>
    public int AnchorCount => Grids.Sum(grid => grid.Size * grid.Size * grid.AnchorsPerCell);

    /// <summary>Tells the variant from a model's input size.</summary>
    /// <param name="model">The model.</param>
    /// <returns>The variant.</returns>
    /// <exception cref="NotSupportedException">The model is neither.</exception>
    public static BlazeFaceVariant Of(TfliteModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        foreach (var variant in (ReadOnlySpan<BlazeFaceVariant>)[ShortRange, FullRange])
        {
            int[] input = [1, variant.InputSize, variant.InputSize, 3];
            if (model.Inputs.Count == 1 && model.Tensors[model.Inputs[0]].Shape.SequenceEqual(input))
                return variant;
        }

        throw new NotSupportedException(
            "Neither of MediaPipe's face detectors: they have one input, 1×128×128×3 (short range) or 1×192×192×3 (full range).");
    }

    /// <summary>The centers of all anchors, in the order of the outputs: row by row, all anchors of a cell together.</summary>
    /// <returns>x and y of each, 0–1 of the input's side.</returns>
    public IReadOnlyList<(float X, float Y)> AnchorCenters()
    {
        var centers = new List<(float X, float Y)>(AnchorCount);
        foreach (var grid in Grids)
        {
            for (var cell = 0; cell < grid.Size * grid.Size; cell++)
            {
                var (row, column) = Math.DivRem(cell, grid.Size);
                var center = ((column + 0.5f) / grid.Size, (row + 0.5f) / grid.Size);
                centers.AddRange(Enumerable.Repeat(center, grid.AnchorsPerCell));
            }
        }

        return centers;
    }
}
