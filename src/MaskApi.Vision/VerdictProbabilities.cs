namespace MaskApi.Vision;

/// <summary>Calibrated probabilities of the verdicts on one face, 0–1; they sum to 1.</summary>
/// <param name="WithMask">A mask covers nose and mouth.</param>
/// <param name="WithoutMask">There is no mask.</param>
/// <param name="IncorrectlyWorn">There is a mask, but nose or mouth is bare; 0 from a two-class classifier.</param>
public readonly record struct VerdictProbabilities(float WithMask, float WithoutMask, float IncorrectlyWorn)
{
    /// <summary>Converts the output of a two-class classifier.</summary>
    /// <param name="mask">Probability of a mask, 0–1.</param>
    public static VerdictProbabilities OfMask(float mask) => new(mask, 1 - mask, 0);

    /// <summary>The largest of the three.</summary>
    public float Largest => MathF.Max(WithMask, MathF.Max(WithoutMask, IncorrectlyWorn));

    /// <summary>The likeliest verdict; ties go to the first of these.</summary>
    public MaskLabel Likeliest =>
        WithMask >= Largest ? MaskLabel.WithMask
        : WithoutMask >= Largest ? MaskLabel.WithoutMask
        : MaskLabel.IncorrectlyWorn;
}
