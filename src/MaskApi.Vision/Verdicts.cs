namespace MaskApi.Vision;

/// <summary>
/// The one table of verdicts. Counts, headers, metrics, the request log and drawings derive from it; tests hold the page, the client and
/// the contract to it.
/// </summary>
/// <remarks>
/// The colors can be told apart by people who see no red, no green or no blue (each pair differs by at least 24 in CIELAB, simulated after
/// Machado, Oliveira and Fernandes, 2009), and a sign tells what a color cannot.
/// </remarks>
public static class Verdicts
{
    /// <summary>One row per verdict, in the order of presentation; a label's number is its row's.</summary>
    public static IReadOnlyList<Verdict> All { get; } =
    [
        new(MaskLabel.WithMask, "with_mask", "X-With-Mask", "mask", "m5 12.5 4.5 4.5L19 7.5", 0x00C46E, 0x000000),
        new(MaskLabel.WithoutMask, "without_mask", "X-Without-Mask", "no mask", "m6.5 6.5 11 11m0-11-11 11", 0xD32F2F, 0xFFFFFF),
        new(
            MaskLabel.IncorrectlyWorn, "incorrectly_worn", "X-Incorrectly-Worn", "worn wrong",
            "M12 4.5v9.5M12 18.9v.1", 0xFF9800, 0x000000),
        new(
            MaskLabel.Uncertain, "uncertain", "X-Uncertain", "uncertain",
            "M9 9a3 3 0 1 1 4.5 2.6c-1 .6-1.5 1.2-1.5 2.4M12 17.8v.1", 0xD0D4D8, 0x000000),
    ];

    /// <summary>The row of a verdict.</summary>
    /// <param name="label">The verdict.</param>
    public static Verdict Of(MaskLabel label) => All[(int)label];
}

/// <summary>How a verdict is named and drawn.</summary>
/// <param name="Label">The verdict.</param>
/// <param name="Name">The name on the wire and in metrics; the request log uses the label's own.</param>
/// <param name="Header">The header that carries its count beside an annotated picture.</param>
/// <param name="Words">The words on a drawn label.</param>
/// <param name="Sign">An SVG path in a square of 24 units, to be stroked with round ends. It tells the verdict without color.</param>
/// <param name="Color">Color of frame and plate, <c>0xRRGGBB</c>.</param>
/// <param name="Ink">Color of words and sign on it, <c>0xRRGGBB</c>.</param>
public sealed record Verdict(MaskLabel Label, string Name, string Header, string Words, string Sign, uint Color, uint Ink);
