using System.Globalization;
using System.Security.Cryptography;
using MaskApi.Onnx.Graphs;
using MaskApi.Onnx.Tflite;

namespace MaskApi.Onnx.BlazeFace;

/// <summary>
/// Turns a MediaPipe BlazeFace file into an ONNX detector that needs no constants on the caller's side:
/// pixels in, scores, boxes and key points out.
/// </summary>
public static class BlazeFaceConverter
{
    /// <summary>Values a raw box output has for each anchor: center x and y, width, height, then six key points.</summary>
    public const int ValuesPerAnchor = 16;

    /// <summary>What height and width must be multiples of in <see cref="ConvertAnySize"/>: the network halves them five times.</summary>
    public const int AnySizeMultiple = 32;

    // With heights from 112 to 352 the memory of a run differs by chance only; of these, 176 and 224 are fastest at 768x768, and up to
    // this height a picture is cheaper in one piece.
    private const int BandRows = 224;

    // What the full-range file calls the first value of a quarter of the input's size, with which the largest values end.
    private const string FirstStage = "activation_6";

    // MediaPipe clips score logits to ±100 before the sigmoid (score_clipping_thresh in both .pbtxt files).
    private const float ScoreLimit = 100f;

    /// <summary>Converts with decoding inside.</summary>
    /// <param name="tflite">The bytes of the <c>.tflite</c> file.</param>
    /// <returns>
    /// The bytes of an <c>.onnx</c> file. Input <c>image: uint8[1, S, S, 3]</c>, RGB, letterboxed to the square.
    /// Outputs, all in 0–1 of the letterboxed input: <c>scores: float[N]</c>; <c>boxes: float[N, 4]</c>, left, top, right,
    /// bottom; <c>keypoints: float[N, 12]</c>, x and y of right eye, left eye, nose tip, mouth, right and left ear tragion
    /// (the person's own right and left).
    /// </returns>
    /// <exception cref="InvalidDataException">The bytes are no TensorFlow Lite model.</exception>
    /// <exception cref="NotSupportedException">The model is not one of MediaPipe's two face detectors.</exception>
    public static byte[] Convert(byte[] tflite)
    {
        var model = TfliteModel.Parse(tflite);
        var variant = BlazeFaceVariant.Of(model);
        var (boxOutput, scoreOutput) = Outputs(model, variant);
        var size = variant.InputSize;
        var count = variant.AnchorCount;

        var graph = new GraphBuilder(variant.Name);
        var image = graph.Input("image", ElementType.UInt8, 1, size, size, 3);
        // Reordering bytes moves a quarter of what reordering floats would.
        var planes = graph.Transpose("image.nchw", image, 0, 3, 1, 2);
        var pixels = graph.NormalizePixels("image.normalized", graph.CastToFloat("image.float", planes));
        var outputs = TfliteConverter.AppendTo(
            graph, model, new Dictionary<int, string> { [model.Inputs[0]] = pixels });

        AddScores(graph, outputs[scoreOutput], count);
        AddGeometry(graph, outputs[boxOutput], variant);
        ChannelPadSplitting.Apply(graph.Graph);
        return graph.Build(Metadata(variant, tflite, $"RGB, letterboxed to {size}x{size}, uint8 0-255; scaling is in the graph"));
    }

    /// <summary>Converts as the model is: normalized floats in, raw outputs before anchors and sigmoid out.</summary>
    /// <param name="tflite">The bytes of the <c>.tflite</c> file.</param>
    /// <returns>
    /// The bytes of an <c>.onnx</c> file. Input <c>input: float[1, S, S, 3]</c>, −1–1; outputs of the names that the file
    /// gives them: <c>float[1, N, 16]</c>, <c>float[1, N, 1]</c>.
    /// </returns>
    /// <exception cref="InvalidDataException">The bytes are no TensorFlow Lite model.</exception>
    /// <exception cref="NotSupportedException">The model is not one of MediaPipe's two face detectors.</exception>
    public static byte[] ConvertRaw(byte[] tflite)
    {
        var model = TfliteModel.Parse(tflite);
        var variant = BlazeFaceVariant.Of(model);
        _ = Outputs(model, variant);
        return TfliteConverter.Convert(
            model, variant.Name + "_raw", Metadata(variant, tflite, "RGB, letterboxed, x / 127.5 - 1"));
    }

    /// <summary>
    /// Converts the full-range detector, with decoding inside, for pictures of any size, optionally with weights that were trained further.
    /// </summary>
    /// <param name="tflite">The bytes of the <c>.tflite</c> file of the full-range model.</param>
    /// <param name="weights">
    /// Constants in place of the file's, as <see cref="TfliteConversion.Constants"/> describes them; empty for the file's own.
    /// </param>
    /// <param name="metadata">Replaces or adds to what the file's <c>metadata_props</c> say of the model.</param>
    /// <returns>
    /// The bytes of an <c>.onnx</c> file. Input <c>image: uint8[1, H, W, 3]</c>, RGB, H and W multiples of
    /// <see cref="AnySizeMultiple"/>. Outputs as of <see cref="Convert"/>, N being H / 4 · W / 4, in 0–1 of W and H.
    /// </returns>
    /// <exception cref="InvalidDataException">The bytes are no TensorFlow Lite model.</exception>
    /// <exception cref="NotSupportedException">The model is not MediaPipe's full-range face detector.</exception>
    public static byte[] ConvertAnySize(
        byte[] tflite, IReadOnlyDictionary<int, float[]> weights, IReadOnlyDictionary<string, string> metadata) =>
        ConvertInBands(tflite, weights, metadata, BandRows);

    // The same, the first stage in bands of so many rows, or whole for null.
    internal static byte[] ConvertInBands(
        byte[] tflite, IReadOnlyDictionary<int, float[]> weights, IReadOnlyDictionary<string, string> metadata, int? bandRows)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(metadata);
        var model = TfliteModel.Parse(tflite);
        var variant = BlazeFaceVariant.Of(model);
        if (variant != BlazeFaceVariant.FullRange)
            throw new NotSupportedException("Only the full-range model, with its one grid of anchors, is converted for any size.");
        var (boxOutput, scoreOutput) = Outputs(model, variant);

        var graph = new GraphBuilder(variant.Name);
        var image = graph.Input("image", ElementType.UInt8, 1, "height", "width", 3);
        var planes = graph.Transpose("image.nchw", image, 0, 3, 1, 2);
        var pixels = graph.NormalizePixels("image.normalized", graph.CastToFloat("image.float", planes));
        var outputs = TfliteConverter.AppendTo(
            graph,
            model,
            new Dictionary<int, string> { [model.Inputs[0]] = pixels },
            new TfliteConversion { Constants = weights, AnySize = true });

        AddScores(graph, outputs[scoreOutput], null);
        AnySizeGeometry.Add(graph, image, outputs[boxOutput], variant.InputSize / variant.Grids[0].Size);
        var described = new OrderedDictionary<string, string>(
            Metadata(variant, tflite, "RGB, height and width multiples of 32, uint8 0-255; scaling is in the graph"));
        foreach (var (key, value) in metadata)
            described[key] = value;
        ChannelPadSplitting.Apply(graph.Graph);
        ChannelBlockFilling.Apply(graph.Graph);
        if (bandRows is { } rows)
            RowBanding.Apply(graph.Graph, image, FirstStage, rows);
        return graph.Build(described);
    }

    private static (int Boxes, int Scores) Outputs(TfliteModel model, BlazeFaceVariant variant)
    {
        int Find(int values)
        {
            int[] shape = [1, variant.AnchorCount, values];
            return model.Outputs.FirstOrDefault(index => model.Tensors[index].Shape.SequenceEqual(shape), -1);
        }

        var (boxes, scores) = (Find(ValuesPerAnchor), Find(1));
        if (boxes < 0 || scores < 0)
        {
            throw new NotSupportedException(
                $"{variant.Name} has outputs 1×{variant.AnchorCount}×{ValuesPerAnchor} and 1×{variant.AnchorCount}×1; this has not.");
        }

        return (boxes, scores);
    }

    private static void AddScores(GraphBuilder graph, string logits, int? count)
    {
        var flat = graph.Reshape("scores.logits", logits, count ?? -1);
        var clipped = graph.Clip("scores.clipped", flat, -ScoreLimit, ScoreLimit);
        graph.Output(
            graph.Node("Sigmoid", "scores", [clipped]), ElementType.Float32, count is { } known ? known : AnySizeGeometry.CountSymbol);
    }

    // Centers and key points are offsets from the anchor, sizes are absolute; all are in input pixels. The anchors' own
    // width and height are 1 (fixed_anchor_size), so no product with them is needed.
    private static void AddGeometry(GraphBuilder graph, string raw, BlazeFaceVariant variant)
    {
        var count = variant.AnchorCount;
        var anchors = new float[count * ValuesPerAnchor];
        foreach (var (index, (x, y)) in variant.AnchorCenters().Index())
        {
            var row = anchors.AsSpan(index * ValuesPerAnchor, ValuesPerAnchor);
            for (var i = 0; i < ValuesPerAnchor; i += 2)
                (row[i], row[i + 1]) = i == 2 ? (0f, 0f) : (x, y);
        }

        var flat = graph.Reshape("geometry.pixels", raw, count, ValuesPerAnchor);
        var relative = graph.Node("Mul", "geometry.relative", [flat, graph.Constant("geometry.scale", [1f / variant.InputSize])]);
        var decoded = graph.Node("Add", "geometry", [relative, graph.Constant("geometry.anchors", anchors, count, ValuesPerAnchor)]);

        var centers = graph.Slice("boxes.centers", decoded, 1, 0, 2);
        var sizes = graph.Slice("boxes.sizes", decoded, 1, 2, 4);
        var halves = graph.Node("Mul", "boxes.halves", [sizes, graph.Constant("boxes.half", [0.5f])]);
        var corners = graph.Node("Sub", "boxes.min", [centers, halves]);
        var opposite = graph.Node("Add", "boxes.max", [centers, halves]);
        graph.Output(
            graph.Node("Concat", "boxes", [corners, opposite], NodeAttribute.Int("axis", 1)), ElementType.Float32, count, 4);
        graph.Output(graph.Slice("keypoints", decoded, 1, 4, ValuesPerAnchor), ElementType.Float32, count, ValuesPerAnchor - 4);
    }

    private static KeyValuePair<string, string>[] Metadata(BlazeFaceVariant variant, byte[] tflite, string preprocessing)
    {
        var hash = System.Convert.ToHexStringLower(SHA256.HashData(tflite));
        var published = hash == variant.PublishedSha256;
        return
        [
            new(ModelMetadata.Name, variant.Name),
            new(ModelMetadata.Version, "1"),
            new(ModelMetadata.Source, published ? variant.PublishedAs : "a BlazeFace file that MediaPipe did not publish"),
            new(ModelMetadata.SourceSha256, hash),
            new(ModelMetadata.License, published ? "Apache-2.0" : "unknown"),
            new(ModelMetadata.InputSize, variant.InputSize.ToString(CultureInfo.InvariantCulture)),
            new(ModelMetadata.Preprocessing, preprocessing),
        ];
    }
}
