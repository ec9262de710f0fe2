using MaskApi.Training.Data;
using MaskApi.Vision;
using MaskApi.Vision.Detection;
using MaskApi.Vision.Imaging;

namespace MaskApi.Training.Evaluation;

/// <summary>The evaluation of a data set.</summary>
/// <param name="Labels">Classification of the found faces; null if no labelled face was found.</param>
/// <param name="Detection">Detection score; null for a set with class folders.</param>
/// <param name="WithoutFace">Pictures of a set with class folders in which no face was found.</param>
/// <param name="Unreadable">Pictures that cannot be decoded, with the reason.</param>
/// <param name="Answers">The pipeline's results, picture by picture.</param>
/// <param name="Pictures">Number of pictures.</param>
public sealed record EvaluationResult(
    LabelReport? Labels,
    DetectionScore? Detection,
    IReadOnlyList<string> WithoutFace,
    IReadOnlyList<string> Unreadable,
    IReadOnlyList<PictureAnswer> Answers,
    int Pictures)
{
    /// <summary>Results on rotated pictures; empty if not tested.</summary>
    public IReadOnlyList<AngleScore> Angles { get; init; } = [];
}

/// <summary>Runs the service's own pipeline over a data set and scores the results.</summary>
/// <param name="pipeline">The pipeline.</param>
/// <param name="detail">Detection detail.</param>
/// <param name="overlap">Minimum IoU between a found face and an annotated one.</param>
public sealed class Evaluator(FacePipeline pipeline, DetectionDetail detail, float overlap = DetectionScore.Overlap)
{
    /// <summary>Minimum confidence of requested faces: low, so that average precision sees the whole curve.</summary>
    private const float MinConfidence = 0.05f;

    /// <summary>Evaluates a data set.</summary>
    /// <param name="pictures">The pictures of a set with class folders or of a detection set.</param>
    /// <param name="jobs">Pictures in parallel.</param>
    /// <param name="progress">Receives the number of finished pictures; may be null.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public EvaluationResult Run(
        IReadOnlyList<LabelledPicture> pictures, int jobs, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        var answers = new PictureAnswer?[pictures.Count];
        var errors = new string?[pictures.Count];
        var done = 0;
        Parallel.For(0, pictures.Count, new ParallelOptions { MaxDegreeOfParallelism = jobs, CancellationToken = cancellationToken }, i =>
        {
            try
            {
                var options = new AnalysisOptions { DetectionThreshold = MinConfidence, Detail = detail, MaxFaces = 1000 };
                var analysis = Analyze(pictures[i], options, cancellationToken);
                answers[i] = new PictureAnswer(
                    pictures[i], analysis.Width, analysis.Height, analysis.Faces, analysis.DetectionCost,
                    analysis.Timings.DetectMs, analysis.Timings.ClassifyMs);
            }
            catch (ImageRejectedException e)
            {
                errors[i] = $"{pictures[i].Name}: {e.Message}";
            }

            progress?.Report(Interlocked.Increment(ref done));
        });

        PictureAnswer[] read = [.. answers.OfType<PictureAnswer>()];
        string[] unreadable = [.. errors.OfType<string>()];
        if (pictures.All(p => p.Label is null))
        {
            var (score, judged) = DetectionScore.Of(read, overlap);
            return new EvaluationResult(judged.Count > 0 ? new LabelReport(judged) : null, score, [], unreadable, read, pictures.Count);
        }

        var found = new List<JudgedFace>();
        var without = new List<string>();
        foreach (var answer in read)
        {
            // The picture's label refers to its largest face; faces are sorted by size.
            var faces = answer.Faces.Where(f => f.DetectionConfidence >= DetectionScore.Threshold).ToArray();
            if (faces.Length == 0)
            {
                without.Add(answer.Picture.Name);
            }
            else
            {
                var box = faces[0].Box;
                found.Add(JudgedFace.Of(answer.Picture, faces[0], MathF.Max(box.Width, box.Height), answer.Picture.Label!.Value));
            }
        }

        return new EvaluationResult(found.Count > 0 ? new LabelReport(found) : null, null, without, unreadable, read, pictures.Count);
    }

    // A whole picture is given as a file, as to the service, which decodes a large one no finer than the models can use.
    private FaceAnalysis Analyze(LabelledPicture picture, AnalysisOptions options, CancellationToken cancellationToken)
    {
        if (picture.Cut is null)
        {
            return pipeline.Analyze(File.ReadAllBytes(picture.Path), options, cancellationToken);
        }

        using var raster = picture.Decode(cancellationToken);
        return pipeline.Analyze(raster, options, cancellationToken);
    }
}
