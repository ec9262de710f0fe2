namespace MaskApi.Vision;

/// <summary>Calibrated probabilities of the verdicts on one face, 0–1; they sum to 1.</summary>
/// <param name="WithMask">A mask covers nose and mouth.</param>
/// <param name="WithoutMask">There is no mask.</param>
/// <param name="IncorrectlyWorn">There is a mask, but nose or mouth is bare; 0 from a classifier that knows two classes alone.</param>
public readonly record struct VerdictProbabilities(float WithMask, float WithoutMask, float IncorrectlyWorn)
{
    /// <summary>What a classifier of two classes says.</summary>
    /// <param name="mask">Probability of a mask, 0–1.</param>
    public static VerdictProbabilities OfMask(float mask) => new(mask, 1 - mask, 0);

    /// <summary>The largest of them.</summary>
    public float Largest => MathF.Max(WithMask, MathF.Max(WithoutMask, IncorrectlyWorn));

    /// <summary>The likeliest verdict; among equals the one named first here.</summary>
    public MaskLabel Likeliest =>
        WithMask >= Largest ? MaskLabel.WithMask
        : WithoutMask >= Largest ? MaskLabel.WithoutMask
        : MaskLabel.IncorrectlyWorn;
}
