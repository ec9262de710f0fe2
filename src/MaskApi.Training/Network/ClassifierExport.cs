using System.Globalization;
using MaskApi.Onnx.MobileNetV2;

namespace MaskApi.Training.Network;

/// <summary>Writes a trained network as the ONNX file that the service loads.</summary>
public static class ClassifierExport
{
    /// <summary>The model's name.</summary>
    public const string ModelName = "mask_classifier";

    /// <summary>Writes the model: crops of any size in, <c>logit</c> and calibrated <c>mask_probability</c> out.</summary>
    /// <param name="network">The trained network, on the CPU or elsewhere.</param>
    /// <param name="inputSize">Side of the pictures that it was trained on, pixels.</param>
    /// <param name="temperature">Of the calibration, above 0.</param>
    /// <param name="metadata">Version, data, recipe, figures: shown by the service.</param>
    /// <param name="path">The file to write.</param>
    public static void Write(MaskNetwork network, int inputSize, double temperature, IReadOnlyDictionary<string, string> metadata, string path)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(metadata);
        var (hidden, output) = network.HeadWeights();
        var head = BinaryHead.Mask(new DenseNumbers(hidden.Weight, hidden.Bias), new DenseNumbers(output.Weight, output.Bias), (float)temperature);
        var properties = new Dictionary<string, string>(metadata) { ["temperature"] = temperature.ToString("0.0000", CultureInfo.InvariantCulture) };
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        File.WriteAllBytes(path, CropClassifierGraph.Build(ModelName, inputSize, network.Backbone.ToWeights().ToNumbers(), [head], properties));
    }
}
