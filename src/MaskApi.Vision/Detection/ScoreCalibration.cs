namespace MaskApi.Vision.Detection;

/// <summary>
/// Turns combined scores into confidences of which 0.5 means as likely a face as not, whatever the plan: more looks find
/// more to combine. The logit is shifted by a constant for each plan.
/// </summary>
/// <remarks>
/// The shifts are those of Platt scaling fitted by maximum likelihood on kaggle853-dev, part <c>fit</c> (a report is true
/// if it overlaps a labelled face by 0.5). The slopes, all near 2, are left out on purpose: with them a confidence would be
/// a probability over its whole range, but the reports of which one in thirty is a face, which a caller who wants every
/// face sorts through, would sink below 0.05.
/// </remarks>
internal static class ScoreCalibration
{
    /// <summary>The confidence that a face is one; grows with the evidence.</summary>
    /// <param name="evidence">Combined score, 0–1.</param>
    /// <param name="detail">The plan whose looks were combined.</param>
    internal static float Apply(float evidence, DetectionDetail detail)
    {
        var shift = detail switch
        {
            DetectionDetail.Fast => 0.74,
            DetectionDetail.Auto => -0.65,
            DetectionDetail.High => -0.71,
            _ => throw new ArgumentOutOfRangeException(nameof(detail)),
        };
        var certain = Math.Clamp(evidence, 1e-4, 1 - 1e-4);
        return (float)(1 / (1 + (Math.Exp(-shift) * (1 - certain) / certain)));
    }
}
