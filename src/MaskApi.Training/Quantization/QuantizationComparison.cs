using MaskApi.Training.Data;

namespace MaskApi.Training.Quantization;

/// <summary>What quantization changes, on faces that it was not calibrated with.</summary>
/// <param name="Faces">How many faces were compared.</param>
/// <param name="FloatAccuracy">Share of right labels of the float model, 0–1.</param>
/// <param name="QuantizedAccuracy">Share of right labels of the quantized model, 0–1.</param>
/// <param name="Agreement">Share of faces that both give the same label, 0–1.</param>
/// <param name="MeanDifference">Mean absolute difference of the probabilities.</param>
/// <param name="Speedup">Time of the float model by time of the quantized one, measured in turns on one thread.</param>
internal sealed record QuantizationComparison(
    int Faces, double FloatAccuracy, double QuantizedAccuracy, double Agreement, double MeanDifference, double Speedup)
{
    /// <summary>Runs both models on the same faces, in turns, so that a busy machine slows both alike.</summary>
    /// <param name="floatModel">The float <c>.onnx</c> file.</param>
    /// <param name="quantizedModel">The quantized <c>.onnx</c> file.</param>
    /// <param name="crops">Labelled faces.</param>
    /// <param name="progress">Told how many faces are done.</param>
    /// <param name="cancellationToken">Ends the comparison.</param>
    public static QuantizationComparison Of(
        byte[] floatModel,
        byte[] quantizedModel,
        IReadOnlyList<LabelledCrop> crops,
        IProgress<int> progress,
        CancellationToken cancellationToken)
    {
        using var original = new ClassifierSession(floatModel);
        using var quantized = new ClassifierSession(quantizedModel);
        var (originalRight, quantizedRight, agreeing, difference) = (0, 0, 0, 0.0);
        for (var i = 0; i < crops.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var image = SampleRenderer.Plain(crops[i], original.InputSize);
            var (before, after) = (original.MaskProbability(image), quantized.MaskProbability(image));
            originalRight += before > 0.5f == crops[i].Masked ? 1 : 0;
            quantizedRight += after > 0.5f == crops[i].Masked ? 1 : 0;
            agreeing += before > 0.5f == after > 0.5f ? 1 : 0;
            difference += Math.Abs(before - after);
            progress.Report(i + 1);
        }

        double Share(int count) => (double)count / crops.Count;
        return new QuantizationComparison(
            crops.Count,
            Share(originalRight),
            Share(quantizedRight),
            Share(agreeing),
            difference / crops.Count,
            original.Elapsed / quantized.Elapsed);
    }
}
