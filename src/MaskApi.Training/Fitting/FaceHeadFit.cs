using MaskApi.Onnx.MobileNetV2;
using MaskApi.Vision;
using MaskApi.Vision.Classification;
using MaskApi.Vision.Geometry;

namespace MaskApi.Training.Fitting;

/// <summary>A crop that the detector took for a face, as the classifier sees it.</summary>
/// <param name="Picture">Name of the picture, which determines the fold.</param>
/// <param name="Features">Pooled features.</param>
/// <param name="Box">The face's box, in pixels of the picture.</param>
/// <param name="Confidence">The detector's confidence, 0–1.</param>
/// <param name="IsFace">Whether it is a face.</param>
/// <param name="Kind">What is known about the picture.</param>
/// <param name="IsAltered">Whether the crop was mirrored or rotated after cutting: people lie down, and phones are held sideways.</param>
internal sealed record FaceCandidateCrop(
    string Picture, float[] Features, PixelBox Box, float Confidence, bool IsFace, CandidateKind Kind, bool IsAltered = false);

/// <summary>What is known about a candidate's picture.</summary>
internal enum CandidateKind
{
    /// <summary>Its faces are annotated.</summary>
    Drawn,

    /// <summary>It shows a person, and the detector is sure of this face.</summary>
    Portrait,

    /// <summary>It shows nobody.</summary>
    WithoutPeople,
}

/// <summary>The effect of rescoring on pictures that neither head nor weights were fitted on.</summary>
/// <param name="Kind">Kind of the pictures.</param>
/// <param name="Faces">Faces that the detector reports with a confidence of at least 0.5.</param>
/// <param name="FacesKept">How many of them rescoring keeps.</param>
/// <param name="FalseFaces">False positives among its reports.</param>
/// <param name="FalseFacesKept">How many of them rescoring keeps.</param>
internal readonly record struct RescoringQuality(CandidateKind Kind, int Faces, int FacesKept, int FalseFaces, int FalseFacesKept);

/// <summary>A face head, and the weights with which its logit rescores the detector's confidence.</summary>
/// <param name="Head">Maps pooled features to a logit; fitted on all candidates.</param>
/// <param name="Weights">For <see cref="FaceRescoring"/>; fitted on logits of heads that had not seen the picture.</param>
/// <param name="Qualities">The effect for each kind of picture.</param>
/// <param name="HeldOutHeads">For each fold, a head that was fitted on the candidates of the other folds.</param>
internal sealed record FaceHeadFit(
    DenseNumbers Head, double[] Weights, IReadOnlyList<RescoringQuality> Qualities, IReadOnlyList<DenseNumbers> HeldOutHeads)
{
    private const double Sure = 0.5;

    /// <summary>Fits head and weights.</summary>
    /// <param name="candidates">Faces and false positives.</param>
    /// <param name="folds">Number of cross-validation folds, by picture.</param>
    /// <param name="penalty">Ridge penalty of the head, per standard deviation of a feature.</param>
    public static FaceHeadFit Of(IReadOnlyList<FaceCandidateCrop> candidates, int folds, double penalty)
    {
        int Fold(FaceCandidateCrop candidate) => Detection.PackedPicture.FoldOf(candidate.Picture, folds);
        var heads = Enumerable.Range(0, folds)
            .Select(fold => Fit([.. candidates.Where(candidate => Fold(candidate) != fold)], penalty))
            .ToArray();
        var confirmed = candidates.Where(candidate => candidate is { Kind: not CandidateKind.Portrait, IsAltered: false }).ToArray();
        float[] Features(FaceCandidateCrop candidate)
        {
            var features = new float[FaceRescoring.FeatureCount];
            var logit = Logistic.Logit<double>(heads[Fold(candidate)], candidate.Features);
            FaceRescoring.Features(candidate.Confidence, (float)logit, candidate.Box, features);
            return features;
        }

        var rows = confirmed.Select(Features).ToArray();
        var weights = Weigh(confirmed, rows);
        var crossValidated = Enumerable.Range(0, folds).Select(fold =>
        {
            var others = Enumerable.Range(0, confirmed.Length).Where(i => Fold(confirmed[i]) != fold).ToArray();
            return Weigh([.. others.Select(i => confirmed[i])], [.. others.Select(i => rows[i])]);
        }).ToArray();
        var qualities = candidates.Where(candidate => !candidate.IsAltered).GroupBy(candidate => candidate.Kind).Select(kind => Quality(
            kind.Key, [.. kind], candidate =>
                Logistic.Sigmoid(Logistic.Logit<double>(crossValidated[Fold(candidate)], Features(candidate)))));
        return new FaceHeadFit(
            Layer(Fit(candidates, penalty)), weights, [.. qualities.OrderBy(quality => quality.Kind)], [.. heads.Select(Layer)]);
    }

    private static DenseNumbers Layer(double[] head) =>
        new(head.Skip(1).Select(weight => (float)weight).ToArray(), new[] { (float)head[0] });

    private static double[] Fit(IReadOnlyList<FaceCandidateCrop> candidates, double penalty) =>
        LogisticRegression.Fit(
            [.. candidates.Select(candidate => candidate.Features)], [.. candidates.Select(candidate => candidate.IsFace)], penalty);

    // Weigh pictures without people as much as those with people, whatever their numbers: nothing better is known about what users send.
    private static double[] Weigh(IReadOnlyList<FaceCandidateCrop> candidates, IReadOnlyList<float[]> rows)
    {
        var pictures = candidates.GroupBy(candidate => candidate.Kind).ToDictionary(
            kind => kind.Key, kind => (double)kind.Select(candidate => candidate.Picture).Distinct().Count());
        double Importance(FaceCandidateCrop candidate) =>
            candidate.Kind == CandidateKind.WithoutPeople
                ? Math.Min(1, pictures.GetValueOrDefault(CandidateKind.Drawn) / pictures[candidate.Kind]) : 1;
        return LogisticRegression.Fit(rows, [.. candidates.Select(candidate => candidate.IsFace)], 1, [.. candidates.Select(Importance)]);
    }

    private static RescoringQuality Quality(CandidateKind kind, FaceCandidateCrop[] candidates, Func<FaceCandidateCrop, double> confirmed)
    {
        FaceCandidateCrop[] reported = [.. candidates.Where(candidate => candidate.Confidence >= Sure)];
        return new RescoringQuality(
            kind,
            reported.Count(candidate => candidate.IsFace),
            reported.Count(candidate => candidate.IsFace && confirmed(candidate) >= Sure),
            reported.Count(candidate => !candidate.IsFace),
            reported.Count(candidate => !candidate.IsFace && confirmed(candidate) >= Sure));
    }
}
