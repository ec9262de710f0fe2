using System.Globalization;
using MaskApi.Training.Data;
using MaskApi.Training.Fitting;
using MaskApi.Vision;
using MaskApi.Vision.Detection;
using MaskApi.Vision.Detection.BlazeFace;
using MaskApi.Vision.Geometry;

namespace MaskApi.Training.Evaluation;

/// <summary>A candidate face, and whether it matches an annotated one.</summary>
/// <param name="Picture">Index of the picture.</param>
/// <param name="Features">Features from the passes.</param>
/// <param name="Confidence">The detector's current confidence, 0–1.</param>
/// <param name="IsFace">Whether its box matches an annotated face that no better candidate has matched.</param>
/// <param name="AmongPeople">Whether the picture shows people.</param>
internal sealed record SearchedFace(int Picture, float[] Features, float Confidence, bool IsFace, bool AmongPeople);

/// <summary>How well a confidence separates faces from false positives.</summary>
/// <param name="LogLoss">Mean negative log likelihood in pictures of people, as are precision and recall.</param>
/// <param name="AveragePrecision">Average precision over the candidates; faces that no pass reported do not count.</param>
/// <param name="Precision">Precision at a confidence of 0.5.</param>
/// <param name="Recall">Recall at a confidence of 0.5, over the candidates.</param>
/// <param name="FalseFaces">False positives at a confidence of 0.5 in pictures without people.</param>
internal readonly record struct ConfidenceQuality(double LogLoss, double AveragePrecision, double Precision, double Recall, int FalseFaces)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"log loss {LogLoss:0.0000}, average precision {AveragePrecision:0.0000}, at 0.5: precision {Precision:0.000}, "
        + $"recall {Recall:0.000}, {FalseFaces} false positives without people");
}

/// <summary>Quality of the confidence on one plan of passes.</summary>
/// <param name="PicturesWithoutPeople">Number of pictures without people that have candidates.</param>
/// <param name="Candidates">Number of candidates in pictures of people.</param>
/// <param name="Faces">Number of these that are annotated faces.</param>
/// <param name="ByBestScore">Quality of the best pass's score alone.</param>
/// <param name="AsItIs">Quality of the detector's current confidence.</param>
/// <param name="CrossValidated">Quality of weights fitted on the other <see cref="DetectionCalibration.Folds"/> − 1 folds.</param>
internal sealed record PlanQuality(
    int PicturesWithoutPeople,
    int Candidates,
    int Faces,
    ConfidenceQuality ByBestScore,
    ConfidenceQuality AsItIs,
    ConfidenceQuality CrossValidated);

/// <summary>Fits the weights of <see cref="DetectionConfidence"/> and cross-validates them.</summary>
/// <param name="Weights">The constant, then one weight per feature; fitted on all pictures and plans.</param>
/// <param name="Qualities">Quality of the confidence, by plan.</param>
internal sealed record DetectionCalibration(double[] Weights, IReadOnlyDictionary<DetectionDetail, PlanQuality> Qualities)
{
    /// <summary>Number of folds of the cross-validation.</summary>
    public const int Folds = 5;

    private const float Overlap = 0.5f;

    /// <summary>Detects faces as the service does.</summary>
    /// <param name="detector">The detector.</param>
    /// <param name="pictures">Pictures with annotated faces, and pictures without people.</param>
    /// <param name="detail">Detection detail.</param>
    /// <param name="progress">Receives the number of finished pictures.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public static IReadOnlyList<SearchedFace> Search(
        BlazeFaceDetector detector,
        IReadOnlyList<LabelledPicture> pictures,
        DetectionDetail detail,
        IProgress<int> progress,
        CancellationToken cancellationToken)
    {
        var found = new SearchedFace[pictures.Count][];
        var done = 0;
        Parallel.For(0, pictures.Count, new ParallelOptions { CancellationToken = cancellationToken }, i =>
        {
            using var raster = pictures[i].Decode(cancellationToken);
            var search = detector.Search(raster, PassPlan.For(raster.Width, raster.Height, detail), cancellationToken);
            var taken = new bool[pictures[i].Faces.Count];
            found[i] =
            [
                .. search.Faces.Where(face => !pictures[i].Faces.Any(
                        drawn => drawn.Ignored && drawn.Box.IntersectionOverUnion(face.Box) >= DetectionScore.LooseOverlap))
                    .Select(face => new SearchedFace(
                    i,
                    Features(face.Features),
                    face.Confidence,
                    Meets(face.Box.ClipTo(raster.Width, raster.Height), pictures[i].Faces, taken),
                    pictures[i].Faces.Count > 0)),
            ];
            progress.Report(Interlocked.Increment(ref done));
        });
        return [.. found.SelectMany(faces => faces)];
    }

    /// <summary>Fits one set of weights for all plans.</summary>
    /// <param name="found">The candidates, by plan.</param>
    /// <param name="penalty">Ridge penalty of <see cref="LogisticRegression.Fit"/>.</param>
    public static DetectionCalibration Fit(IReadOnlyDictionary<DetectionDetail, IReadOnlyList<SearchedFace>> found, double penalty)
    {
        SearchedFace[] all = [.. found.Values.SelectMany(faces => faces)];
        var weights = Enumerable.Range(0, Folds).Select(fold => Weigh([.. all.Where(face => Fold(face) != fold)], penalty)).ToArray();
        return new DetectionCalibration(Weigh(all, penalty), found.ToDictionary(plan => plan.Key, plan => Quality(plan.Value, weights)));
    }

    private static PlanQuality Quality(IReadOnlyList<SearchedFace> faces, double[][] weights) => new(
        faces.Where(face => !face.AmongPeople).Select(face => face.Picture).Distinct().Count(),
        faces.Count(face => face.AmongPeople),
        faces.Count(face => face.IsFace),
        Quality(faces, face => 1 / (1 + Math.Exp(-face.Features[0]))),
        Quality(faces, face => face.Confidence),
        Quality(faces, face => Logistic.Sigmoid(Logistic.Logit<double>(weights[Fold(face)], face.Features))));

    private static double[] Weigh(IReadOnlyList<SearchedFace> faces, double penalty) =>
        LogisticRegression.Fit([.. faces.Select(face => face.Features)], [.. faces.Select(face => face.IsFace)], penalty);

    private static int Fold(SearchedFace face) => face.Picture % Folds;

    private static float[] Features(FaceFeatures features) => ((ReadOnlySpan<float>)features).ToArray();

    private static bool Meets(PixelBox box, IReadOnlyList<AnnotatedFace> drawn, bool[] taken)
    {
        var (best, at) = (0f, -1);
        for (var i = 0; i < drawn.Count; i++)
        {
            var overlap = drawn[i].Box.IntersectionOverUnion(box);
            if (!taken[i] && overlap > best)
            {
                (best, at) = (overlap, i);
            }
        }

        if (best < Overlap)
        {
            return false;
        }

        return taken[at] = true;
    }

    private static ConfidenceQuality Quality(IReadOnlyList<SearchedFace> faces, Func<SearchedFace, double> confidence)
    {
        (bool IsFace, double Confidence)[] ranked =
        [
            .. faces.Where(face => face.AmongPeople)
                .Select(face => (face.IsFace, confidence(face))).OrderByDescending(face => face.Item2),
        ];
        var (positives, hits, area, best) = (ranked.Count(face => face.IsFace), 0, 0.0, 0.0);
        var precision = ranked.Select((face, i) => (double)(hits += face.IsFace ? 1 : 0) / (i + 1)).ToArray();
        for (var i = ranked.Length - 1; i >= 0; i--)
        {
            best = Math.Max(best, precision[i]);
            area += ranked[i].IsFace ? best : 0;
        }

        var accepted = ranked.TakeWhile(face => face.Confidence >= 0.5).ToArray();
        var right = (double)accepted.Count(face => face.IsFace);
        var loss = ranked.Average(face => -Math.Log(Math.Clamp(face.IsFace ? face.Confidence : 1 - face.Confidence, 1e-6, 1)));
        var falseFaces = faces.Count(face => !face.AmongPeople && confidence(face) >= 0.5);
        return new ConfidenceQuality(loss, area / positives, right / accepted.Length, right / positives, falseFaces);
    }
}
