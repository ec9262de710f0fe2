using MaskApi.Onnx.Quantization;
using MaskApi.Training.Data;

namespace MaskApi.Training.Quantization;

/// <summary>Shows the float classifier typical faces and writes down what its values look like.</summary>
internal static class ClassifierCalibration
{
    /// <summary>Calibrates.</summary>
    /// <param name="model">The float <c>.onnx</c> file.</param>
    /// <param name="crops">Faces; a few hundred are enough.</param>
    /// <param name="progress">Told how many faces are done.</param>
    /// <param name="cancellationToken">Ends the calibration.</param>
    public static Calibration Of(
        byte[] model, IReadOnlyList<LabelledCrop> crops, IProgress<int> progress, CancellationToken cancellationToken)
    {
        var calibration = new Calibration(model);
        using var session = new ClassifierSession(calibration.ObservedModel);
        for (var i = 0; i < crops.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var values = session.Run(SampleRenderer.Plain(crops[i], session.InputSize), calibration.Values.ToArray());
            foreach (var (name, value) in calibration.Values.Zip(values))
            {
                calibration.Observe(name, value.GetTensorDataAsSpan<float>(), value.GetTensorTypeAndShape().Shape);
            }

            progress.Report(i + 1);
        }

        return calibration;
    }
}
