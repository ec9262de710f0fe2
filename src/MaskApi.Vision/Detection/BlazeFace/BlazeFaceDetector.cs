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

    /// <summary>An upright face of at least this confidence in the coarse pass settles that the picture is upright.</summary>
    /// <remarks>
    /// Large faces in a picture on its side reach 0.97. Compared with 0.5, 5 % more input pixels are needed on kaggle853-dev, part
    /// <c>fit</c>, and of the faces of 93 rotated training portraits 96.4 % instead of 95.0 % are found again.
    /// </remarks>
    internal const float Sure = 0.98f;

    /// <summary>
    /// By which factor the evidence for another rotation must exceed that for the upright one, as nearly all pictures are upright. Small
    /// upright faces are seen in all rotations.
    /// </summary>
    internal const float UprightPreference = 1.5f;

    /// <summary>
    /// A face of at least this size, in pixels of the detector's input, tells how a picture must be turned without a second look. Below
    /// it the detector begins to miss faces and to see them where none are.
    /// </summary>
    internal const float LargeEnough = 16;

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
        return Detect(picture, options, (search, plan) =>
        {
            var skippedFallback = Search(search, picture, plan, cancellationToken);
            return (search.Faces, skippedFallback);
        });
    }

    /// <inheritdoc/>
    public DetectionResult DetectWithFallbackPasses(Raster picture, AnalysisOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(options);
        return Detect(picture, options, (search, plan) =>
        {
            Run(search, picture, plan.Margin, cancellationToken);
            List<FaceEvidence> upright = [.. search.Faces];
            Orient(search, picture, plan, cancellationToken);
            return (search.Orientation == 0 ? upright : upright.Concat(search.Faces), false);
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

    private DetectionResult Detect(
        Raster picture, AnalysisOptions options, Func<FaceSearch, PassPlan, (IEnumerable<FaceEvidence> Faces, bool SkippedFallback)> run)
    {
        var search = _searches.Rent();
        try
        {
            var (faces, skippedFallback) = run(search, PassPlan.For(picture.Width, picture.Height, options.Detail));
            return new DetectionResult(Report(faces, picture, options), search.Cost, skippedFallback);
        }
        finally
        {
            Return(search);
        }
    }

    private void Return(FaceSearch search)
    {
        search.Clear();
        _searches.Return(search);
    }

    private static List<DetectedFace> Report(IEnumerable<FaceEvidence> found, Raster picture, AnalysisOptions options)
    {
        var faces = new List<DetectedFace>();
        var threshold = MathF.Max(options.DetectionThreshold, MinConfidence);
        foreach (var face in found)
        {
            var confidence = face.Confidence;
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
        var isUpright = plan.StopsEarly && search.Faces.Any(static face => face.Confidence >= Sure && face.IsUprightAt(0));
        if (!isUpright)
        {
            Orient(search, picture, plan, cancellationToken);
        }

        if (!plan.StopsEarly || !search.Faces.Any(face => face.Confidence >= Credible && Fills(face.Box, picture)))
        {
            Run(search, picture, plan.Fine, cancellationToken);
        }

        if (!plan.StopsEarly || !search.Faces.Any(static face => face.Confidence >= Credible))
        {
            Run(search, picture, plan.Margin, cancellationToken);
        }

        return isUpright && plan.Rotated.Count > 0;
    }

    /// <summary>
    /// Runs the rotated passes. If one of them shows more upright faces than the search so far, the search starts again from it, and further
    /// passes have its rotation: in a picture upside down, the passes of an upright one mistake chins for brows. A crowd of small upright
    /// faces, on the other hand, may seem rotated at a coarse scale, so small faces need a second look at a finer one.
    /// </summary>
    private void Orient(FaceSearch search, Raster picture, PassPlan plan, CancellationToken cancellationToken)
    {
        List<FaceSearch> rotations = [.. plan.Rotated.Select(_ => _searches.Rent())];
        try
        {
            foreach (var (rotated, pass) in rotations.Zip(plan.Rotated))
            {
                rotated.Orientation = pass.Rotation;
                Run(rotated, picture, [pass], cancellationToken);
            }

            var best = rotations.MaxBy(static rotated => rotated.UprightEvidence);
            if (best is not null && best.UprightEvidence > UprightPreference * search.UprightEvidence)
            {
                if (!best.Faces.Any(face =>
                    face.Confidence >= Credible && face.Best.InputSize >= LargeEnough && face.IsUprightAt(best.Orientation)))
                {
                    Run(search, picture, plan.SecondLook, cancellationToken);
                    Run(best, picture, plan.SecondLook, cancellationToken);
                }

                if (best.UprightEvidence > search.UprightEvidence)
                {
                    search.RestartFrom(best);
                }
            }

            rotations.ForEach(search.AddCost);
        }
        finally
        {
            rotations.ForEach(Return);
        }
    }

    /// <summary>
    /// Runs those passes that have not been run, in parallel if cores are idle; their detections are added in the order of the passes all
    /// the same.
    /// </summary>
    private void Run(FaceSearch search, Raster picture, IReadOnlyList<DetectionPass> planned, CancellationToken cancellationToken)
    {
        List<DetectionPass> passes = [.. planned
            .Select(pass => search.Orientation == 0 ? pass : pass with { Rotation = search.Orientation }).Except(search.Passes)];
        var batch = SharedCores.AreIdle ? passes.Count : 1;
        for (var first = 0; first < passes.Count; first += batch)
        {
            var start = first;
            var answers = search.NewAnswers(batch);
            SharedCores.For(
                batch,
                i => _model.Run(picture, passes[start + i], MinScore, answers[i], cancellationToken),
                cancellationToken);
            for (var i = 0; i < batch; i++)
            {
                search.Add(passes[start + i], answers[i]);
            }
        }
    }

    private static bool Fills(PixelBox face, Raster picture) =>
        MathF.Max(face.Width, face.Height) >= FillsFrom * Math.Min(picture.Width, picture.Height);
}
