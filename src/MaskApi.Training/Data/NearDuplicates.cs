namespace MaskApi.Training.Data;

/// <summary>Finds crops that show the same thing, so that a split can keep them on one side.</summary>
public static class NearDuplicates
{
    /// <summary>Fingerprints of crops at most this far apart count as the same face.</summary>
    public const int CropDistance = 7;

    /// <summary>Fingerprints of whole pictures at most this far apart count as the same picture.</summary>
    public const int PictureDistance = 5;

    /// <summary>Numbers the groups of crops that belong together: same picture, near-equal picture, or near-equal face.</summary>
    /// <param name="crops">All crops that a split will see.</param>
    /// <returns>For each crop its group: the index of the group's first crop.</returns>
    public static int[] Group(IReadOnlyList<LabelledCrop> crops)
    {
        ArgumentNullException.ThrowIfNull(crops);
        var parent = Enumerable.Range(0, crops.Count).ToArray();
        int Root(int i)
        {
            while (parent[i] != i)
                i = parent[i] = parent[parent[i]];
            return i;
        }

        for (var i = 0; i < crops.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (!Alike(crops[i], crops[j]))
                    continue;
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
        return (a.Picture == b.Picture && a.Source == b.Source)
            || PerceptualHash.Distance(a.CropHash, b.CropHash) <= CropDistance
            || PerceptualHash.Distance(a.PictureHash, b.PictureHash) <= PictureDistance;
    }
}
