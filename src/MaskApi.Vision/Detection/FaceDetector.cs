using MaskApi.Vision.Imaging;

namespace MaskApi.Vision.Detection;

/// <summary>
/// Finds the faces of a picture: the looks of a <see cref="LookPlan"/>, their reports merged, boxes corrected.
/// One instance serves any number of threads.
/// </summary>
public sealed class FaceDetector : IDisposable
{
    /// <summary>
    /// Reports below this are dropped before merging, whatever threshold the caller asks for: faces at a higher threshold
    /// are then exactly those of a lower one that reach it.
    /// </summary>
    private const float LeastScore = 0.03f;

    private readonly BlazeFace _shortRange;
    private readonly BlazeFace _fullRange;

    private FaceDetector(BlazeFace shortRange, BlazeFace fullRange)
    {
        _shortRange = shortRange;
        _fullRange = fullRange;
    }

    /// <summary>The models in use.</summary>
    public IReadOnlyList<ModelInfo> Models => [_shortRange.Info, _fullRange.Info];

    /// <summary>Loads the detectors alone; <see cref="FacePipeline.Load"/> brings the classifier too.</summary>
    /// <param name="options">Where the models are and how they run.</param>
    /// <exception cref="ModelLoadException">A model is missing, corrupt or not of the expected shape.</exception>
    public static FaceDetector Load(VisionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var shortRange = BlazeFace.Load("blaze_face_short_range", options);
        try
        {
            return new FaceDetector(shortRange, BlazeFace.Load("blaze_face_full_range", options));
        }
        catch
        {
            shortRange.Dispose();
            throw;
        }
    }

    /// <summary>Finds faces.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="options">Threshold, effort, and how many to keep.</param>
    /// <param name="cancellationToken">Ends the work between model runs.</param>
    /// <returns>The faces, largest box first.</returns>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public IReadOnlyList<DetectedFace> Detect(Raster picture, AnalysisOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(options);
        var reports = new List<FaceCandidate>();
        var plan = LookPlan.For(picture.Width, picture.Height, options.Detail);
        for (var i = 0; i < plan.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var model = plan[i].Model == FaceModel.ShortRange ? _shortRange : _fullRange;
            model.Look(picture, plan[i], i, LeastScore, reports);
        }

        var faces = new List<DetectedFace>();
        foreach (var face in WeightedSuppression.Merge(reports))
        {
            var confidence = ScoreCalibration.Apply(face.Evidence, options.Detail);
            var box = BoxCorrection.Apply(face.Geometry.Box).ClipTo(picture.Width, picture.Height);
            if (confidence >= options.DetectionThreshold && box is { Width: >= 1, Height: >= 1 })
            {
                faces.Add(new DetectedFace(box, confidence, face.Geometry.Landmarks));
            }
        }

        faces.Sort(static (a, b) => b.Box.Area.CompareTo(a.Box.Area));
        return faces.Count > options.MaxFaces ? faces.GetRange(0, options.MaxFaces) : faces;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _shortRange.Dispose();
        _fullRange.Dispose();
    }
}
