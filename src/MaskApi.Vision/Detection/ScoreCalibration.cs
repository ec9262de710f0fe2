namespace MaskApi.Vision.Detection;

/// <summary>
/// Turns combined scores into probabilities, so that 0.5 means as likely a face as not whatever the plan: more looks find
/// more to combine. Platt scaling, <c>sigmoid(offset + slope · logit(evidence))</c>, fitted by maximum likelihood on
/// kaggle853-dev, part <c>fit</c>: a report is true if it overlaps a labelled face by 0.5. In eight bins of the result, the
/// share of true ones is within 0.06 of what is said.
/// </summary>
internal static class ScoreCalibration
{
    /// <summary>The probability that a face is one; grows with the evidence.</summary>
    /// <param name="evidence">Combined score, 0–1.</param>
    /// <param name="detail">The plan whose looks were combined.</param>
    internal static float Apply(float evidence, DetectionDetail detail)
    {
        var (offset, slope) = detail switch
        {
            DetectionDetail.Fast => (1.589, 2.146),
            DetectionDetail.Auto => (-0.429, 1.954),
            DetectionDetail.High => (-1.314, 2.008),
            _ => throw new ArgumentOutOfRangeException(nameof(detail)),
        };
        var certain = Math.Clamp(evidence, 1e-4, 1 - 1e-4);
        return (float)(1 / (1 + Math.Exp(-offset - (slope * Math.Log(certain / (1 - certain))))));
    }
}
