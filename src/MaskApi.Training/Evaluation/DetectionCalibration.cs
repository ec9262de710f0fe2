using System.Globalization;
using MaskApi.Training.Data;
using MaskApi.Training.Fitting;
using MaskApi.Vision.Detection;
using MaskApi.Vision.Detection.BlazeFace;
using MaskApi.Vision.Geometry;
using MaskApi.Vision.Imaging;

namespace MaskApi.Training.Evaluation;

/// <summary>A face that a search reported, and whether one is drawn there.</summary>
/// <param name="Picture">Which picture, by its place in the list.</param>
/// <param name="Features">What the passes said of it.</param>
/// <param name="Confidence">The confidence that the detector gives it now, 0–1.</param>
/// <param name="IsFace">Whether its box meets a drawn one, none better having met it before.</param>
/// <param name="AmongPeople">Whether the picture shows anybody.</param>
internal sealed record SearchedFace(int Picture, float[] Features, float Confidence, bool IsFace, bool AmongPeople);

/// <summary>How well a confidence tells faces from false alarms.</summary>
/// <param name="LogLoss">Mean negative log likelihood; lower is better. This and what follows: in pictures of people.</param>
/// <param name="AveragePrecision">Of the candidates alone: faces that no look reported do not count.</param>
/// <param name="Precision">From a confidence of one half on.</param>
/// <param name="Recall">Of the candidates that are faces, from a confidence of one half on.</param>
/// <param name="FalseFaces">How many are found in the pictures without people, from a confidence of one half on.</param>
internal readonly record struct ConfidenceQuality(double LogLoss, double AveragePrecision, double Precision, double Recall, int FalseFaces)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"log loss {LogLoss:0.0000}, average precision {AveragePrecision:0.0000}, at 0.5: precision {Precision:0.000}, recall {Recall:0.000}, {FalseFaces} false faces without people");
}

/// <summary>What a confidence is worth on one plan of passes.</summary>
/// <param name="PicturesWithoutPeople">In how many pictures without people a look reported anything.</param>
/// <param name="Candidates">How many faces were reported in pictures of people.</param>
/// <param name="Faces">How many of them are drawn.</param>
/// <param name="ByBestScore">Going by the best report's score alone.</param>
/// <param name="AsItIs">Going by the confidence that the detector gives now.</param>
/// <param name="CrossValidated">Going by weights fitted on the other pictures, in <see cref="DetectionCalibration.Folds"/> parts.</param>
internal sealed record PlanQuality(
    int PicturesWithoutPeople, int Candidates, int Faces, ConfidenceQuality ByBestScore, ConfidenceQuality AsItIs, ConfidenceQuality CrossValidated);

/// <summary>Fits <see cref="DetectionConfidence"/>, and says what it is worth on pictures that it was not fitted on.</summary>
/// <param name="Weights">The constant, then one weight for each sign; from all pictures and plans.</param>
/// <param name="Qualities">What it is worth, plan by plan.</param>
internal sealed record DetectionCalibration(double[] Weights, IReadOnlyDictionary<DetectionDetail, PlanQuality> Qualities)
{
    /// <summary>Parts of a cross-validation.</summary>
    public const int Folds = 5;

    private const float Overlap = 0.5f;

    /// <summary>Searches the pictures for faces as the service does.</summary>
    /// <param name="detector">The detector.</param>
    /// <param name="pictures">Pictures with drawn faces, and without anybody.</param>
    /// <param name="detail">Effort.</param>
    /// <param name="progress">Told of each finished picture.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static IReadOnlyList<SearchedFace> Search(
        BlazeFaceDetector detector, IReadOnlyList<LabelledPicture> pictures, DetectionDetail detail, IProgress<int> progress, CancellationToken cancellationToken)
    {
        var found = new SearchedFace[pictures.Count][];
        var done = 0;
        Parallel.For(0, pictures.Count, new ParallelOptions { CancellationToken = cancellationToken }, i =>
        {
            using var raster = ImageDecoder.Decode(File.ReadAllBytes(pictures[i].Path), new DecodeLimits(), cancellationToken);
            var search = detector.Search(raster, PassPlan.For(raster.Width, raster.Height, detail), cancellationToken);
            var taken = new bool[pictures[i].Faces.Count];
            found[i] =
            [
                .. search.Faces.Where(face => !pictures[i].Faces.Any(drawn => drawn.Ignored && drawn.Box.IntersectionOverUnion(face.Box) >= DetectionScore.LooseOverlap))
                    .Select(face => new SearchedFace(
                    i,
                    Features(face.Features),
                    DetectionConfidence.Of(face.Features),
                    Meets(face.Box.ClipTo(raster.Width, raster.Height), pictures[i].Faces, taken),
                    pictures[i].Faces.Count > 0)),
            ];
            progress.Report(Interlocked.Increment(ref done));
        });
        return [.. found.SelectMany(faces => faces)];
    }

    /// <summary>Fits one set of weights for all plans.</summary>
    /// <param name="found">What a search reported, plan by plan.</param>
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
        Quality(faces, face => LogisticRegression.Probability(weights[Fold(face)], face.Features)));

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
        (bool IsFace, double Confidence)[] sure = [.. faces.Where(face => face.AmongPeople).Select(face => (face.IsFace, confidence(face))).OrderByDescending(face => face.Item2)];
        var (positives, hits, area, best) = (sure.Count(face => face.IsFace), 0, 0.0, 0.0);
        var precision = sure.Select((face, i) => (double)(hits += face.IsFace ? 1 : 0) / (i + 1)).ToArray();
        for (var i = sure.Length - 1; i >= 0; i--)
        {
            best = Math.Max(best, precision[i]);
            area += sure[i].IsFace ? best : 0;
        }

        var accepted = sure.TakeWhile(face => face.Confidence >= 0.5).ToArray();
        var right = (double)accepted.Count(face => face.IsFace);
        var loss = sure.Average(face => -Math.Log(Math.Clamp(face.IsFace ? face.Confidence : 1 - face.Confidence, 1e-6, 1)));
        var falseFaces = faces.Count(face => !face.AmongPeople && confidence(face) >= 0.5);
        return new ConfidenceQuality(loss, area / positives, right / accepted.Length, right / positives, falseFaces);
    }
}
