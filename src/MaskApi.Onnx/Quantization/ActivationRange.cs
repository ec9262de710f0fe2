namespace MaskApi.Onnx.Quantization;

/// <summary>The values that an activation takes, as seen while calibrating. What lies outside saturates.</summary>
/// <param name="Minimum">The least value worth telling apart.</param>
/// <param name="Maximum">The greatest value worth telling apart.</param>
public readonly record struct ActivationRange(float Minimum, float Maximum)
{
    private const int Levels = byte.MaxValue;

    /// <summary>
    /// How the range is laid onto 0–255. It is widened to hold 0, which must be exact because convolutions pad with it.
    /// </summary>
    /// <returns>Scale above 0 and zero point: value = scale · (level − zero point).</returns>
    /// <exception cref="InvalidOperationException">The range is not finite, or its ends are in the wrong order.</exception>
    public (float Scale, byte ZeroPoint) ToUInt8()
    {
        if (!float.IsFinite(Minimum) || !float.IsFinite(Maximum) || Minimum > Maximum)
        {
            throw new InvalidOperationException($"{Minimum} to {Maximum} is no range.");
        }

        var low = Math.Min(Minimum, 0);
        var high = Math.Max(Maximum, 0);
        // A value that was always 0 may have any scale.
        var scale = high > low ? (high - low) / Levels : 1f;
        return (scale, (byte)Math.Clamp(MathF.Round(-low / scale), 0, Levels));
    }
}
