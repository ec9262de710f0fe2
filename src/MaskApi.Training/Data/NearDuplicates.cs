using System.Numerics;

namespace MaskApi.Training.Data;

/// <summary>Finds near-duplicate crops, so that a split can keep them on one side.</summary>
/// <remarks>
/// The limits come from inspecting the nearest pairs of the original project's set, which holds rotated, mirrored, blurred and noisy
/// copies, and the same photograph with and without a drawn mask. Up to a joint distance of 24 (of 126 bits) nearly all pairs are
/// duplicates. Different people are about 35 apart, and beyond 26 they start to form chains.
/// </remarks>
public static class NearDuplicates
{
    /// <summary>Maximum number of differing bits of face and picture together.</summary>
    public const int JointDistance = 24;

    /// <summary>Maximum number of differing bits of the face alone.</summary>
    public const int CropDistance = 4;

    /// <summary>Maximum number of differing bits of the picture alone.</summary>
    public const int PictureDistance = 3;

    /// <summary>Groups crops of the same picture or series of photographs, and those with a nearly equal picture or face.</summary>
    /// <param name="crops">All crops that a split will see.</param>
    /// <returns>The group of each crop: the index of the group's first crop.</returns>
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

    /// <summary>Whether two crops must stay on the same side of a split.</summary>
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
