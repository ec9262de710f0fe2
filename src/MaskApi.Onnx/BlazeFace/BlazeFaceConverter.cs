using System.Globalization;
using System.Security.Cryptography;
using MaskApi.Onnx.Graphs;
using MaskApi.Onnx.Tflite;

namespace MaskApi.Onnx.BlazeFace;

/// <summary>
/// Converts a MediaPipe BlazeFace file to an ONNX detector that needs no constants from its caller: pixels in; scores, boxes and key points
/// out.
/// </summary>
public static class BlazeFaceConverter
{
    /// <summary>Raw values per anchor: center x and y, width, height, then six key points.</summary>
    public const int ValuesPerAnchor = 16;

    /// <summary>Height and width must be multiples of this in <see cref="ConvertAnySize"/>: the network halves them five times.</summary>
    public const int AnySizeMultiple = 32;

    // With heights from 112 to 352, a run's memory differs only by chance; of these, 176 and 224 are fastest at 768x768, and up to this
    // height a picture is cheaper in one piece.
    private const int BandRows = 224;

    // The full-range file's name of the first value with a quarter of the input's size, where the largest values end.
    private const string FirstStage = "activation_6";

    // MediaPipe clips score logits to ±100 before the sigmoid (score_clipping_thresh in both .pbtxt files).
    private const float ScoreLimit = 100f;

    /// <summary>
    /// Converts the full-range detector, with decoding inside, for pictures of any size, optionally with weights from further training.
    /// </summary>
    /// <param name="tflite">The bytes of the <c>.tflite</c> file of the full-range model.</param>
    /// <param name="weights">Constants that replace the file's, as <see cref="TfliteConversion.Constants"/> describes them; empty for the
    /// file's own.</param>
    /// <param name="metadata">Replaces or extends the file's <c>metadata_props</c>.</param>
    /// <returns>
    /// The bytes of an <c>.onnx</c> file. Input <c>image: uint8[1, H, W, 3]</c>, RGB, H and W multiples of
    /// <see cref="AnySizeMultiple"/>. Outputs, N being H / 4 · W / 4, in 0–1 of W and H:
    /// <c>scores: float[N]</c>; <c>boxes: float[N, 4]</c>, left, top, right, bottom; <c>keypoints: float[N, 12]</c>, x and y of right eye,
    /// left eye, nose tip, mouth, right and left ear tragion (the person's own right and left).
    /// </returns>
    /// <exception cref="InvalidDataException">The bytes are not a TensorFlow Lite model.</exception>
    /// <exception cref="NotSupportedException">The model is not MediaPipe's full-range face detector.</exception>
    public static byte[] ConvertAnySize(
        byte[] tflite, IReadOnlyDictionary<int, float[]> weights, IReadOnlyDictionary<string, string> metadata) =>
        ConvertInBands(tflite, weights, metadata, BandRows);

    // As above, with the first stage in bands of so many rows, or whole for null.
    internal static byte[] ConvertInBands(
        byte[] tflite, IReadOnlyDictionary<int, float[]> weights, IReadOnlyDictionary<string, string> metadata, int? bandRows)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(metadata);
        var model = TfliteModel.Parse(tflite);
        BlazeFaceFullRange.Check(model);
        var (boxOutput, scoreOutput) = Outputs(model);

        var graph = new GraphBuilder(BlazeFaceFullRange.Name);
        var image = graph.Input("image", ElementType.UInt8, 1, "height", "width", 3);
        var planes = graph.Transpose("image.nchw", image, 0, 3, 1, 2);
        var pixels = graph.NormalizePixels("image.normalized", graph.CastToFloat("image.float", planes));
        var outputs = TfliteConverter.AppendTo(
            graph,
            model,
            new Dictionary<int, string> { [model.Inputs[0]] = pixels },
            new TfliteConversion { Constants = weights, AnySize = true });

        AddScores(graph, outputs[scoreOutput]);
        AnySizeGeometry.Add(graph, image, outputs[boxOutput], BlazeFaceFullRange.Stride);
        var described = new OrderedDictionary<string, string>(
            Metadata(tflite, "RGB, height and width multiples of 32, uint8 0-255; scaling is in the graph"));
        foreach (var (key, value) in metadata)
        {
            described[key] = value;
        }

        ChannelPadSplitting.Apply(graph.Graph);
        ChannelBlockFilling.Apply(graph.Graph);
        if (bandRows is { } rows)
        {
            RowBanding.Apply(graph.Graph, image, FirstStage, rows);
        }

        return graph.Build(described);
    }

    private static (int Boxes, int Scores) Outputs(TfliteModel model)
    {
        int Find(int values)
        {
            int[] shape = [1, BlazeFaceFullRange.AnchorCount, values];
            return model.Outputs.FirstOrDefault(index => model.Tensors[index].Shape.SequenceEqual(shape), -1);
        }

        var (boxes, scores) = (Find(ValuesPerAnchor), Find(1));
        if (boxes < 0 || scores < 0)
        {
            throw new NotSupportedException(
                $"{BlazeFaceFullRange.Name} has outputs 1×{BlazeFaceFullRange.AnchorCount}×{ValuesPerAnchor} and "
                    + $"1×{BlazeFaceFullRange.AnchorCount}×1; this model does not.");
        }

        return (boxes, scores);
    }

    private static void AddScores(GraphBuilder graph, string logits)
    {
        var flat = graph.Reshape("scores.logits", logits, -1);
        var clipped = graph.Clip("scores.clipped", flat, -ScoreLimit, ScoreLimit);
        graph.Output(graph.Node("Sigmoid", "scores", [clipped]), ElementType.Float32, AnySizeGeometry.CountSymbol);
    }

    private static KeyValuePair<string, string>[] Metadata(byte[] tflite, string preprocessing)
    {
        var hash = System.Convert.ToHexStringLower(SHA256.HashData(tflite));
        var published = hash == BlazeFaceFullRange.PublishedSha256;
        return
        [
            new(ModelMetadata.Name, BlazeFaceFullRange.Name),
            new(ModelMetadata.Version, "1"),
            new(ModelMetadata.Source, published ? BlazeFaceFullRange.PublishedAs : "a BlazeFace file that MediaPipe did not publish"),
            new(ModelMetadata.SourceSha256, hash),
            new(ModelMetadata.License, published ? "Apache-2.0" : "unknown"),
            new(ModelMetadata.InputSize, BlazeFaceFullRange.InputSize.ToString(CultureInfo.InvariantCulture)),
            new(ModelMetadata.Preprocessing, preprocessing),
        ];
    }
}
