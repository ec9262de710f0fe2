using MaskApi.Vision.Geometry;
using MaskApi.Vision.Imaging;
using MaskApi.Vision.Inference;

namespace MaskApi.Vision.Detection.BlazeFace;

/// <summary>
/// Finds faces with BlazeFace: runs the passes of a <see cref="PassPlan"/>, merges their reports, and gives each face one confidence.
/// One instance serves any number of threads.
/// </summary>
public sealed class BlazeFaceDetector : IFaceDetector
{
    /// <summary>Raw detections that score less are dropped, whatever the caller's threshold.</summary>
    internal const float MinScore = 0.02f;

    /// <summary>
    /// Minimum longer side of a face, in pixels of the picture: below it, enlarged print and gravel look like faces. Of the drawn faces of
    /// kaggle853-dev, part <c>fit</c>, 0.7 % are smaller.
    /// </summary>
    internal const float MinFace = 6;

    /// <summary>A face of at least this confidence lets the detector skip passes, before anything is rescored. Independent of the caller's threshold.</summary>
    internal const float Credible = 0.5f;

    /// <summary>A face fills the picture if it is at least this share of the picture's shorter side.</summary>
    internal const float FillsFrom = 0.55f;

    /// <summary>
    /// Faces below this are not reported, whatever the caller's threshold. The faces at a higher threshold are then exactly those of a
    /// lower one that reach it.
    /// </summary>
    private const float MinConfidence = 0.01f;

    private readonly BlazeFaceModel _model;
    private readonly Pool<FaceSearch> _searches = new(static () => new FaceSearch());

    private BlazeFaceDetector(BlazeFaceModel model)
    {
        _model = model;
    }

    /// <inheritdoc/>
    public IReadOnlyList<ModelInfo> Models => [_model.Info];

    /// <summary>Loads the detector alone; <see cref="FacePipeline.Load"/> brings the classifier too.</summary>
    /// <param name="options">Where the models are and how they run.</param>
    /// <exception cref="ModelLoadException">A model is missing, corrupt or not of the expected shape.</exception>
    public static BlazeFaceDetector Load(VisionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new BlazeFaceDetector(BlazeFaceModel.Load("blaze_face_tuned", options));
    }

    /// <inheritdoc/>
    public float LargestScale(int width, int height, DetectionDetail detail) =>
        PassPlan.For(width, height, detail).All.Max(static pass => pass.Scale);

    /// <inheritdoc/>
    public DetectionResult Detect(Raster picture, AnalysisOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(options);
        return Detect(picture, options, (search, plan) => Search(search, picture, plan, cancellationToken));
    }

    /// <inheritdoc/>
    public DetectionResult DetectWithFallbackPasses(Raster picture, AnalysisOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(options);
        return Detect(picture, options, (search, plan) =>
        {
            Run(search, picture, plan.Fallback, cancellationToken);
            return false;
        });
    }

    /// <inheritdoc/>
    public void TrimMemory()
    {
        _searches.Trim();
        _model.TrimMemory();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _searches.Dispose();
        _model.Dispose();
    }

    /// <summary>Runs the passes of a plan, as many as needed, and merges their detections.</summary>
    internal FaceSearch Search(Raster picture, PassPlan plan, CancellationToken cancellationToken)
    {
        var search = new FaceSearch();
        Search(search, picture, plan, cancellationToken);
        return search;
    }

    private DetectionResult Detect(Raster picture, AnalysisOptions options, Func<FaceSearch, PassPlan, bool> run)
    {
        var search = _searches.Rent();
        try
        {
            var skippedFallback = run(search, PassPlan.For(picture.Width, picture.Height, options.Detail));
            var cost = new DetectionCost(search.Passes.Count, search.InputPixels);
            return new DetectionResult(Report(search, picture, options), cost, skippedFallback);
        }
        finally
        {
            search.Clear();
            _searches.Return(search);
        }
    }

    private static List<DetectedFace> Report(FaceSearch search, Raster picture, AnalysisOptions options)
    {
        var faces = new List<DetectedFace>();
        var threshold = MathF.Max(options.DetectionThreshold, MinConfidence);
        foreach (var face in search.Faces)
        {
            var confidence = DetectionConfidence.Of(face.Features);
            var box = face.Box.ClipTo(picture.Width, picture.Height);
            if (confidence >= threshold && MathF.Max(face.Box.Width, face.Box.Height) >= MinFace && box is { Width: >= 1, Height: >= 1 })
            {
                faces.Add(new DetectedFace(box, confidence, face.Geometry.Landmarks));
            }
        }

        faces.Sort(static (a, b) => b.Box.Area.CompareTo(a.Box.Area));
        return faces.Count > options.MaxFaces ? faces.GetRange(0, options.MaxFaces) : faces;
    }

    /// <summary>Searches a picture.</summary>
    /// <returns>Whether fallback passes were skipped.</returns>
    private bool Search(FaceSearch search, Raster picture, PassPlan plan, CancellationToken cancellationToken)
    {
        Run(search, picture, plan.Coarse, cancellationToken);
        if (!plan.StopsEarly || !AnyCredible(face => Fills(face.Box, picture)))
        {
            Run(search, picture, plan.Fine, cancellationToken);
        }

        if (plan.StopsEarly && AnyCredible(static _ => true))
        {
            return plan.Fallback.Count > 0;
        }

        Run(search, picture, plan.Fallback, cancellationToken);
        return false;

        bool AnyCredible(Func<FaceEvidence, bool> which)
        {
            foreach (var face in search.Faces)
            {
                if (DetectionConfidence.Of(face.Features) >= Credible && which(face))
                {
                    return true;
                }
            }

            return false;
        }
    }

    private void Run(FaceSearch search, Raster picture, IReadOnlyList<DetectionPass> passes, CancellationToken cancellationToken)
    {
        foreach (var pass in passes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var detections = search.NewAnswers();
            _model.Run(picture, pass, MinScore, detections);
            search.Add(pass, detections);
        }
    }

    private static bool Fills(PixelBox face, Raster picture) =>
        MathF.Max(face.Width, face.Height) >= FillsFrom * Math.Min(picture.Width, picture.Height);
}
