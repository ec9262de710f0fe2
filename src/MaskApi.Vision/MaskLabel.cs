namespace MaskApi.Vision;

/// <summary>The verdict on one face.</summary>
public enum MaskLabel
{
    /// <summary>The face wears a mask.</summary>
    WithMask,

    /// <summary>The face wears no mask.</summary>
    WithoutMask,

    /// <summary>The classifier is less sure than was asked for.</summary>
    Uncertain,
}
