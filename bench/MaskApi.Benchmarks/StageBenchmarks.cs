using BenchmarkDotNet.Attributes;
using MaskApi.Vision;
using MaskApi.Vision.Classification;
using MaskApi.Vision.Detection;
using MaskApi.Vision.Detection.BlazeFace;
using MaskApi.Vision.Geometry;
using MaskApi.Vision.Imaging;
using MaskApi.Vision.Inference;
using SkiaSharp;

namespace MaskApi.Benchmarks;

/// <summary>Each stage for the portrait, alone and on one thread.</summary>
[MemoryDiagnoser]
public class StageBenchmarks : IDisposable
{
    private readonly byte[] _file = Pictures.Portrait();
    private readonly Raster _picture = Pictures.Decode(Pictures.Portrait());
    private readonly BlazeFaceDetector _detector = BlazeFaceDetector.Load(new VisionOptions());
    private readonly MaskClassifier _classifier = MaskClassifier.Load(new VisionOptions());
    private readonly FaceCrop _crop;
    private readonly PixelBox _face;

    /// <summary>Finds the face to crop and classify.</summary>
    public StageBenchmarks()
    {
        _face = _detector.Detect(_picture, new AnalysisOptions(), CancellationToken.None).Faces[0].Box;
        _crop = FaceCropper.Crop(_picture, _face);
    }

    [Benchmark]
    public void Decode() => Pictures.Decode(_file).Dispose();

    [Benchmark]
    public int DetectFast() => Detect(DetectionDetail.Fast);

    [Benchmark]
    public int DetectAuto() => Detect(DetectionDetail.Auto);

    [Benchmark]
    public int DetectHigh() => Detect(DetectionDetail.High);

    [Benchmark]
    public void Crop() => FaceCropper.Crop(_picture, _face).Dispose();

    [Benchmark(Baseline = true)]
    public float Classify() => _classifier.Classify(_crop).Probabilities.WithMask;

    /// <inheritdoc/>
    public void Dispose()
    {
        _picture.Dispose();
        _detector.Dispose();
        _classifier.Dispose();
        _crop.Dispose();
        GC.SuppressFinalize(this);
    }

    private int Detect(DetectionDetail detail) =>
        _detector.Detect(_picture, new AnalysisOptions { Detail = detail }, CancellationToken.None).Faces.Count;
}

/// <summary>The whole pipeline, from file to verdicts. Uses spare cores.</summary>
[MemoryDiagnoser]
public class PipelineBenchmarks : IDisposable
{
    private readonly FacePipeline _pipeline = FacePipeline.Load(new VisionOptions());
    private readonly byte[] _portrait = Pictures.Portrait();
    private readonly byte[] _large = Pictures.Crowd(1, 12);
    private readonly byte[] _crowd = Pictures.Crowd(30, 4);

    [Benchmark(Baseline = true)]
    public int PortraitFast() => Analyze(_portrait, DetectionDetail.Fast);

    [Benchmark]
    public int PortraitAuto() => Analyze(_portrait, DetectionDetail.Auto);

    [Benchmark]
    public int Portrait12MegapixelsFast() => Analyze(_large, DetectionDetail.Fast);

    [Benchmark]
    public int Crowd30Auto() => Analyze(_crowd, DetectionDetail.Auto);

    /// <inheritdoc/>
    public void Dispose()
    {
        _pipeline.Dispose();
        GC.SuppressFinalize(this);
    }

    private int Analyze(byte[] file, DetectionDetail detail) =>
        _pipeline.Analyze(file, new AnalysisOptions { Detail = detail }, CancellationToken.None).Faces.Count;
}

/// <summary>Decoding a 12-megapixel portrait at full size and at fractions of it.</summary>
[MemoryDiagnoser]
public class DecodeBenchmarks
{
    private readonly byte[] _file = Pictures.Crowd(1, 12);

    [Benchmark(Baseline = true)]
    public void Whole() => Decode(1);

    [Benchmark]
    public void Half() => Decode(2);

    [Benchmark]
    public void Quarter() => Decode(4);

    [Benchmark]
    public void Eighth() => Decode(8);

    private void Decode(int reduction) => ImageDecoder.Decode(_file, new DecodeLimits(), reduction, CancellationToken.None).Dispose();
}

/// <summary>Encoding a 1200×1200 annotated picture.</summary>
[MemoryDiagnoser]
public class EncodeBenchmarks : IDisposable
{
    private readonly Raster _picture = Annotated();

    [Benchmark(Baseline = true)]
    public long PngDefault()
    {
        using var pixels = Pixels();
        using var file = pixels.Encode(SKPngEncoderOptions.Default);
        return file!.Size;
    }

    [Benchmark]
    public int Png() => Encode(OutputFormat.Png);

    [Benchmark]
    public int Jpeg() => Encode(OutputFormat.Jpeg);

    [Benchmark]
    public int Webp() => Encode(OutputFormat.Webp);

    /// <inheritdoc/>
    public void Dispose()
    {
        _picture.Dispose();
        GC.SuppressFinalize(this);
    }

    private int Encode(OutputFormat format)
    {
        using var file = ImageEncoder.Encode(_picture, format);
        return file.Memory.Length;
    }

    private static Raster Annotated()
    {
        using var source = SKBitmap.Decode(Pictures.PortraitPath);
        var picture = new Raster(1200, 1200);
        var info = new SKImageInfo(1200, 1200, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using var larger = source.Resize(info, new SKSamplingOptions(SKCubicResampler.Mitchell));
        larger.GetPixelSpan().CopyTo(picture.Pixels);
        using var pipeline = FacePipeline.Load(new VisionOptions());
        var faces = pipeline.Analyze(picture, new AnalysisOptions(), CancellationToken.None).Faces;
        AnnotationRenderer.Draw(picture, faces, 0.6f);
        return picture;
    }

    private SKPixmap Pixels()
    {
        var info = new SKImageInfo(_picture.Width, _picture.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        return new SKPixmap(info, _picture.Address, _picture.Stride);
    }
}
