using MaskApi.Onnx.MobileNetV2;

namespace MaskApi.TestPictures;

/// <summary>A model folder whose classifier gives the same verdict for every face.</summary>
public sealed class ModelFolder : IDisposable
{
    private const int InputSize = 32;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maskapi-models-");

    /// <summary>Writes the folder.</summary>
    /// <param name="mask">Probability that there is a mask, 0–1.</param>
    /// <param name="fit">Probability that a mask is worn correctly, 0–1; null for a two-class classifier.</param>
    public ModelFolder(double mask, double? fit = null)
    {
        const string detector = "blaze_face_tuned.onnx";
        File.Copy(System.IO.Path.Combine(AppContext.BaseDirectory, "models", detector), System.IO.Path.Combine(Path, detector));
        var hidden = new DenseNumbers(new float[CropClassifierGraph.FeatureCount], new float[1]);
        DenseNumbers Constant(double probability) => new(new float[1], new[] { (float)Math.Log(probability / (1 - probability)) });
        List<BinaryHead> heads = [BinaryHead.Mask(hidden, Constant(mask), 1)];
        var metadata = new Dictionary<string, string> { ["temperature"] = "1.0000" };
        if (fit is { } worn)
        {
            heads.Add(BinaryHead.Fit(hidden, Constant(worn), 1));
            metadata["fit_temperature"] = "1.2500";
        }

        File.WriteAllBytes(
            System.IO.Path.Combine(Path, "mask_classifier.onnx"),
            CropClassifierGraph.Build("mask_classifier", InputSize, ZeroWeights(), heads, metadata));
    }

    /// <summary>Path of the folder.</summary>
    public string Path => _folder.FullName;

    /// <inheritdoc/>
    public void Dispose() => _folder.Delete(recursive: true);

    private static IReadOnlyList<ConvolutionNumbers> ZeroWeights() =>
        [.. MobileNetV2Layer.All.Select(
            static layer => new ConvolutionNumbers(new float[layer.KernelLength], new float[layer.OutputChannels]))];
}
