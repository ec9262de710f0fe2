using System.Text.Json;
using System.Text.Json.Serialization;
using MaskApi.Onnx.MobileNetV2;

namespace MaskApi.Training.Network;

/// <summary>The role of a convolution in an inverted residual block.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ConvolutionKind>))]
public enum ConvolutionKind
{
    /// <summary>An ordinary convolution outside the blocks: the stem or the last one.</summary>
    [JsonStringEnumMemberName("conv")]
    Plain,

    /// <summary>1×1, to more channels.</summary>
    [JsonStringEnumMemberName("expand")]
    Expand,

    /// <summary>3×3, on each channel separately.</summary>
    [JsonStringEnumMemberName("depthwise")]
    Depthwise,

    /// <summary>1×1, to fewer channels, without activation.</summary>
    [JsonStringEnumMemberName("project")]
    Project,
}

/// <summary>One convolution of the backbone, batch norm folded in.</summary>
/// <param name="Kind">Its role in its block.</param>
/// <param name="Weight">Weights in torch's layout: <c>[out, in / groups, height, width]</c>.</param>
/// <param name="WeightShape">Shape of <paramref name="Weight"/>.</param>
/// <param name="Bias">One value per output channel.</param>
/// <param name="Stride">1 or 2, in both directions.</param>
/// <param name="Relu6">Whether ReLU6 follows.</param>
public sealed record ConvolutionWeights(ConvolutionKind Kind, float[] Weight, long[] WeightShape, float[] Bias, int Stride, bool Relu6);

/// <summary>A block of the backbone.</summary>
/// <param name="Name"><c>stem</c>, <c>0</c> to <c>16</c>, or <c>last</c>.</param>
/// <param name="Convolutions">In order of use.</param>
/// <param name="Residual">Whether the block's input is added to its output.</param>
public sealed record BlockWeights(string Name, IReadOnlyList<ConvolutionWeights> Convolutions, bool Residual);

/// <summary>
/// ImageNet weights of MobileNetV2 1.0 (Sandler et al., 2018), read from a folder of <c>.npy</c> files that <c>layers.json</c> describes.
/// </summary>
/// <param name="Blocks">The stem, 17 inverted residual blocks and the last 1×1 convolution: 19 blocks.</param>
public sealed record BackboneWeights(IReadOnlyList<BlockWeights> Blocks)
{
    private static readonly JsonSerializerOptions _json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The convolutions in order, for the ONNX graphs.</summary>
    public IReadOnlyList<ConvolutionNumbers> ToNumbers() =>
        [.. Blocks.SelectMany(b => b.Convolutions).Select(c => new ConvolutionNumbers(c.Weight, c.Bias))];

    /// <summary>Reads the weights.</summary>
    /// <param name="folder">Folder with <c>layers.json</c>; the arrays are in it or in a subfolder.</param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file's shape differs from <c>layers.json</c>.</exception>
    public static BackboneWeights Load(string folder)
    {
        var index = Path.Combine(folder, "layers.json");
        if (!File.Exists(index))
        {
            throw new FileNotFoundException(
                $"'{index}' is missing: --backbone takes the folder that holds layers.json ('fetch backbone' gets it).", index);
        }

        var layers = JsonSerializer.Deserialize<Layer[]>(File.ReadAllBytes(index), _json)
            ?? throw new InvalidDataException($"'{index}' is empty.");
        var files = Directory.EnumerateFiles(folder, "*.npy", SearchOption.AllDirectories).ToDictionary(f => Path.GetFileName(f));

        var blocks = layers
            .GroupBy(l => l.Block.ToString(), StringComparer.Ordinal)
            .Select(block => new BlockWeights(
                block.Key,
                [.. block.OrderBy(l => l.Index).Select(l => Read(l, files))],
                block.Any(l => l.ResidualAddAfter)))
            .ToArray();
        return new BackboneWeights(blocks);
    }

    private static ConvolutionWeights Read(Layer layer, Dictionary<string, string> files)
    {
        var weight = Read(layer.Weight, layer.WeightShape, files);
        var bias = Read(layer.Bias, layer.BiasShape, files);
        var (values, shape) = layer.Kind == ConvolutionKind.Depthwise ? FromDepthwise(weight, layer.WeightShape)
            : FromOhwi(weight, layer.WeightShape);
        return new ConvolutionWeights(layer.Kind, values, shape, bias, layer.Stride, layer.Activation == "relu6");
    }

    private static float[] Read(string name, long[] shape, Dictionary<string, string> files)
    {
        if (!files.TryGetValue(name, out var path))
        {
            throw new FileNotFoundException($"The backbone's array '{name}' is missing.", name);
        }

        var array = NpyFile.Read(path);
        return array.Shape.SequenceEqual(shape)
            ? array.Values
            : throw new InvalidDataException($"'{path}' is {string.Join('x', array.Shape)}, not {string.Join('x', shape)}.");
    }

    /// <summary>[out, height, width, in] to [out, in, height, width].</summary>
    private static (float[] Values, long[] Shape) FromOhwi(float[] source, long[] shape)
    {
        var (o, h, w, i) = ((int)shape[0], (int)shape[1], (int)shape[2], (int)shape[3]);
        var values = new float[source.Length];
        for (var n = 0; n < o; n++)
        {
            for (var p = 0; p < h * w; p++)
            {
                for (var c = 0; c < i; c++)
                {
                    values[(((n * i) + c) * h * w) + p] = source[(((n * h * w) + p) * i) + c];
                }
            }
        }

        return (values, [o, i, h, w]);
    }

    /// <summary>[1, height, width, channels] to [channels, 1, height, width].</summary>
    private static (float[] Values, long[] Shape) FromDepthwise(float[] source, long[] shape)
    {
        var (h, w, channels) = ((int)shape[1], (int)shape[2], (int)shape[3]);
        var values = new float[source.Length];
        for (var p = 0; p < h * w; p++)
        {
            for (var c = 0; c < channels; c++)
            {
                values[(c * h * w) + p] = source[(p * channels) + c];
            }
        }

        return (values, [channels, 1, h, w]);
    }

    private sealed record Layer(
        int Index, JsonElement Block, ConvolutionKind Kind, string Weight, long[] WeightShape, string Bias, long[] BiasShape, int Stride,
        string Activation, bool ResidualAddAfter);
}
