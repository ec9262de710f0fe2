namespace MaskApi.Vision;

/// <summary>The verdict on one face; <see cref="Verdicts"/> says how each is named and drawn.</summary>
public enum MaskLabel
{
    /// <summary>A mask covers nose and mouth.</summary>
    WithMask,

    /// <summary>The face wears no mask.</summary>
    WithoutMask,

    /// <summary>A mask is on the face or hangs from it, but nose or mouth is bare.</summary>
    IncorrectlyWorn,

    /// <summary>The classifier is less sure than the caller asked for.</summary>
    Uncertain,
}
