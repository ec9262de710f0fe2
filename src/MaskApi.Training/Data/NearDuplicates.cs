using System.Numerics;

namespace MaskApi.Training.Data;

/// <summary>Finds crops that show the same thing, so that a split can keep them on one side.</summary>
/// <remarks>
/// The bounds were set by looking at the nearest pairs of the original project's set, which holds turned, mirrored, blurred and noisy copies,
/// and the same photograph with and without a drawn mask. Up to a joint distance of 24 (of 126 bits) nearly all pairs are such; strangers are
/// about 35 apart, and beyond 26 chains of strangers grow.
/// </remarks>
public static class NearDuplicates
{
    /// <summary>Face and picture together differ in at most this many bits.</summary>
    public const int JointDistance = 24;

    /// <summary>The face alone differs in at most this many bits.</summary>
    public const int CropDistance = 4;

    /// <summary>The picture alone differs in at most this many bits.</summary>
    public const int PictureDistance = 3;

    /// <summary>Numbers the groups of crops that belong together: same picture, same series of photographs, near-equal picture, or
    /// near-equal face.</summary>
    /// <param name="crops">All crops that a split will see.</param>
    /// <returns>For each crop its group: the index of the group's first crop.</returns>
    public static int[] Group(IReadOnlyList<LabelledCrop> crops)
    {
        ArgumentNullException.ThrowIfNull(crops);
        var parent = Enumerable.Range(0, crops.Count).ToArray();
        int Root(int i)
        {
            while (parent[i] != i)
            {
                i = parent[i] = parent[parent[i]];
            }

            return i;
        }

        for (var i = 0; i < crops.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (!Alike(crops[i], crops[j]))
                {
                    continue;
                }

                var (a, b) = (Root(i), Root(j));
                parent[Math.Max(a, b)] = Math.Min(a, b);
            }
        }

        return [.. Enumerable.Range(0, crops.Count).Select(Root)];
    }

    /// <summary>Whether two crops may not be on different sides of a split.</summary>
    /// <param name="a">One crop.</param>
    /// <param name="b">Another.</param>
    public static bool Alike(LabelledCrop a, LabelledCrop b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        return Near(a.CropHash ^ b.CropHash, a.PictureHash ^ b.PictureHash)
            || Near(a.CropHash ^ PerceptualHash.Mirrored(b.CropHash), a.PictureHash ^ PerceptualHash.Mirrored(b.PictureHash))
            || (a.Picture == b.Picture && a.Source == b.Source)
            || (a.Series.Length > 0 && a.Series == b.Series);
    }

    private static bool Near(ulong crop, ulong picture)
    {
        var (c, p) = (BitOperations.PopCount(crop), BitOperations.PopCount(picture));
        return c + p <= JointDistance || c <= CropDistance || p <= PictureDistance;
    }
}
