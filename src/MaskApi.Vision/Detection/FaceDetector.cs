using MaskApi.Vision.Geometry;
using MaskApi.Vision.Imaging;
using MaskApi.Vision.Inference;

namespace MaskApi.Vision.Detection;

/// <summary>
/// Finds the faces of a picture: the passes of a <see cref="PassPlan"/>, their reports merged, one confidence for each face.
/// One instance serves any number of threads.
/// </summary>
public sealed class FaceDetector : IDisposable
{
    /// <summary>Answers below this are dropped, whatever threshold the caller asks for.</summary>
    internal const float MinScore = 0.02f;

    /// <summary>
    /// Faces below this are not reported, whatever threshold the caller asks for: faces at a higher threshold are then
    /// exactly those of a lower one that reach it.
    /// </summary>
    private const float MinConfidence = 0.01f;

    /// <summary>
    /// Least longer side of a face, in pixels of the picture: print and gravel, enlarged, look like faces below. Of the drawn faces
    /// of kaggle853-dev, part <c>fit</c>, 0.7 % are smaller.
    /// </summary>
    internal const float MinFace = 6;

    /// <summary>From this confidence on, a face decides about further passes; independent of the caller's threshold.</summary>
    internal const float Credible = 0.5f;

    /// <summary>A face fills the picture from this share of the picture's shorter side on.</summary>
    internal const float FillsFrom = 0.55f;

    private readonly BlazeFace _model;
    private readonly Pool<FaceSearch> _searches = new(static () => new FaceSearch());

    private FaceDetector(BlazeFace model)
    {
        _model = model;
    }

    /// <summary>The models in use.</summary>
    public IReadOnlyList<ModelInfo> Models => [_model.Info];

    /// <summary>Loads the detector alone; <see cref="FacePipeline.Load"/> brings the classifier too.</summary>
    /// <param name="options">Where the models are and how they run.</param>
    /// <exception cref="ModelLoadException">A model is missing, corrupt or not of the expected shape.</exception>
    public static FaceDetector Load(VisionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new FaceDetector(BlazeFace.Load("blaze_face_tuned", options));
    }

    /// <summary>Finds faces.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="options">Threshold, effort, and how many to keep.</param>
    /// <param name="cancellationToken">Ends the work between model runs.</param>
    /// <returns>The faces, largest box first.</returns>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public IReadOnlyList<DetectedFace> Detect(Raster picture, AnalysisOptions options, CancellationToken cancellationToken) =>
        Detect(picture, options, out _, cancellationToken);

    /// <summary>Finds faces, and says what that cost.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="options">Threshold, effort, and how many to keep.</param>
    /// <param name="cost">Runs of the model and the size of its inputs.</param>
    /// <param name="cancellationToken">Ends the work between model runs.</param>
    /// <returns>The faces, largest box first.</returns>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public IReadOnlyList<DetectedFace> Detect(
        Raster picture, AnalysisOptions options, out DetectionCost cost, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(options);
        return Detect(picture, options, (search, plan) => Search(search, picture, plan, cancellationToken), out cost);
    }

    /// <summary>
    /// Takes the passes that <see cref="Detect(Raster, AnalysisOptions, out DetectionCost, CancellationToken)"/> left out as it was sure
    /// of a face, for a caller who knows better.
    /// </summary>
    /// <param name="picture">The picture.</param>
    /// <param name="options">Threshold, effort, and how many to keep.</param>
    /// <param name="cost">Runs of the model and the size of its inputs.</param>
    /// <param name="cancellationToken">Ends the work between model runs.</param>
    /// <returns>The faces that these passes alone report, largest box first.</returns>
    internal IReadOnlyList<DetectedFace> DetectWithFallbackPasses(
        Raster picture, AnalysisOptions options, out DetectionCost cost, CancellationToken cancellationToken) =>
        Detect(picture, options, (search, plan) => Take(search, picture, plan.Fallback, cancellationToken), out cost);

    /// <summary>Takes the passes of a plan, as many as are called for, and merges what they report.</summary>
    internal FaceSearch Search(Raster picture, PassPlan plan, CancellationToken cancellationToken)
    {
        var search = new FaceSearch();
        Search(search, picture, plan, cancellationToken);
        return search;
    }

    /// <summary>Frees what is not in use, and lets the next run give back the memory that runs no longer use.</summary>
    internal void TrimMemory()
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

    private List<DetectedFace> Detect(Raster picture, AnalysisOptions options, Action<FaceSearch, PassPlan> pass, out DetectionCost cost)
    {
        var search = _searches.Rent();
        try
        {
            pass(search, PassPlan.For(picture.Width, picture.Height, options.Detail));
            cost = new DetectionCost(search.Passes.Count, search.InputPixels);
            return Report(search, picture, options);
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
        foreach (var face in search.Faces)
        {
            var confidence = DetectionConfidence.Of(face.Features);
            var box = face.Box.ClipTo(picture.Width, picture.Height);
            if (confidence >= MathF.Max(options.DetectionThreshold, MinConfidence) && MathF.Max(face.Box.Width, face.Box.Height) >= MinFace && box is { Width: >= 1, Height: >= 1 })
            {
                faces.Add(new DetectedFace(box, confidence, face.Geometry.Landmarks));
            }
        }

        faces.Sort(static (a, b) => b.Box.Area.CompareTo(a.Box.Area));
        return faces.Count > options.MaxFaces ? faces.GetRange(0, options.MaxFaces) : faces;
    }

    private void Search(FaceSearch search, Raster picture, PassPlan plan, CancellationToken cancellationToken)
    {
        Take(search, picture, plan.Coarse, cancellationToken);
        if (!plan.StopsEarly || !AnyCredible(face => Fills(face.Box, picture)))
        {
            Take(search, picture, plan.Fine, cancellationToken);
        }

        if (!plan.StopsEarly || !AnyCredible(static _ => true))
        {
            Take(search, picture, plan.Fallback, cancellationToken);
        }

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

    private void Take(FaceSearch search, Raster picture, IReadOnlyList<DetectionPass> passes, CancellationToken cancellationToken)
    {
        foreach (var pass in passes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var answers = search.NewAnswers();
            _model.Run(picture, pass, MinScore, answers);
            search.Add(pass, answers);
        }
    }

    private static bool Fills(PixelBox face, Raster picture) =>
        MathF.Max(face.Width, face.Height) >= FillsFrom * Math.Min(picture.Width, picture.Height);
}
