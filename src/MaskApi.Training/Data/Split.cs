namespace MaskApi.Training.Data;

/// <summary>A split into training and validation items.</summary>
/// <param name="Train">Indices to train on.</param>
/// <param name="Validation">Indices held out.</param>
public sealed record Split(IReadOnlyList<int> Train, IReadOnlyList<int> Validation)
{
    /// <summary>
    /// Holds out a share of every class, keeping groups together. Deterministic for a given seed.
    /// </summary>
    /// <param name="classes">The class of each item (label, or label and source).</param>
    /// <param name="groups">The group of each item. For a plain random split, give each item its own.</param>
    /// <param name="share">Share of each class to hold out, 0–1; rounded down.</param>
    /// <param name="seed">The same seed gives the same split.</param>
    public static Split HoldOut(IReadOnlyList<int> classes, IReadOnlyList<int> groups, double share, int seed)
    {
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentNullException.ThrowIfNull(groups);
        var wanted = classes.CountBy(c => c).ToDictionary(c => c.Key, c => (int)(share * c.Value));
        var (train, validation) = (new List<int>(), new List<int>());
        foreach (var members in ShuffledGroups(groups, seed))
        {
            var need = members.CountBy(i => classes[i]);
            var fits = need.All(n => n.Value <= wanted[n.Key]);
            (fits ? validation : train).AddRange(members);
            if (!fits)
            {
                continue;
            }

            foreach (var (c, count) in need)
            {
                wanted[c] -= count;
            }
        }

        train.Sort();
        validation.Sort();
        return new Split(train, validation);
    }

    /// <summary>Divides items into cross-validation folds, keeping groups together and classes balanced.</summary>
    /// <param name="classes">The class of each item.</param>
    /// <param name="groups">The group of each item.</param>
    /// <param name="folds">Number of folds, at least 2.</param>
    /// <param name="seed">The same seed gives the same folds.</param>
    /// <returns>One split per fold. Every item is held out exactly once.</returns>
    public static IReadOnlyList<Split> Folds(IReadOnlyList<int> classes, IReadOnlyList<int> groups, int folds, int seed)
    {
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentOutOfRangeException.ThrowIfLessThan(folds, 2);
        var held = Enumerable.Range(0, folds).Select(_ => new List<int>()).ToArray();
        var counts = new Dictionary<int, int>[folds];
        for (var f = 0; f < folds; f++)
        {
            counts[f] = [];
        }
        // Large groups first: they are the hardest to balance.
        foreach (var members in ShuffledGroups(groups, seed).OrderByDescending(g => g.Length))
        {
            var c = classes[members[0]];
            var fold = Enumerable.Range(0, folds).MinBy(f => (counts[f].GetValueOrDefault(c), held[f].Count));
            held[fold].AddRange(members);
            foreach (var i in members)
            {
                counts[fold][classes[i]] = counts[fold].GetValueOrDefault(classes[i]) + 1;
            }
        }

        var all = Enumerable.Range(0, classes.Count);
        return [.. held.Select(h => new Split([.. all.Except(h)], [.. h.Order()]))];
    }

    private static int[][] ShuffledGroups(IReadOnlyList<int> groups, int seed)
    {
        var members = Enumerable.Range(0, groups.Count).GroupBy(i => groups[i]).Select(g => g.ToArray()).ToArray();
        new SeededRandom(seed, 0x5911).Shuffle(members.AsSpan());
        return members;
    }
}
