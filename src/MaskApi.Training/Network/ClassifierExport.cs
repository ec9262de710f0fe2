using System.Globalization;
using MaskApi.Onnx.MobileNetV2;

namespace MaskApi.Training.Network;

/// <summary>Writes a trained network as the ONNX file that the service loads.</summary>
public static class ClassifierExport
{
    /// <summary>The model's name.</summary>
    public const string ModelName = "mask_classifier";

    /// <summary>
    /// Writes the model: crops of any size in; <c>logit</c>, calibrated <c>mask_probability</c> and, if the network tells how a mask is
    /// worn, calibrated <c>probabilities</c> out.
    /// </summary>
    /// <param name="network">The trained network, on the CPU or elsewhere.</param>
    /// <param name="inputSize">Side of the pictures that it was trained on, pixels.</param>
    /// <param name="temperatures">Temperatures of the calibration, one per logit, above 0.</param>
    /// <param name="metadata">Version, data, recipe, metrics: shown by the service.</param>
    /// <param name="path">The file to write.</param>
    public static void Write(
        MaskNetwork network, int inputSize, IReadOnlyList<double> temperatures, IReadOnlyDictionary<string, string> metadata, string path)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(metadata);
        var (hidden, output) = network.HeadWeights();
        var shared = new DenseNumbers(hidden.Weight, hidden.Bias);
        DenseNumbers Row(int logit) => new(
            output.Weight.AsMemory(logit * MaskNetwork.HiddenUnits, MaskNetwork.HiddenUnits), output.Bias.AsMemory(logit, 1));
        var heads = new List<BinaryHead> { BinaryHead.Mask(shared, Row(0), (float)temperatures[0]) };
        var properties = new Dictionary<string, string>(metadata) { ["temperature"] = Text(temperatures[0]) };
        if (network.Head == VerdictHead.MaskAndFit)
        {
            heads.Add(BinaryHead.Fit(shared, Row(1), (float)temperatures[1]));
            properties["fit_temperature"] = Text(temperatures[1]);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        File.WriteAllBytes(
            path, CropClassifierGraph.Build(ModelName, inputSize, network.Backbone.ToWeights().ToNumbers(), heads, properties));
    }

    private static string Text(double temperature) => temperature.ToString("0.0000", CultureInfo.InvariantCulture);
}
