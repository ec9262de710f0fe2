namespace MaskApi.Training.Data;

/// <summary>Which items are learnt from and which are held back.</summary>
/// <param name="Train">Indices to learn from.</param>
/// <param name="Validation">Indices held back.</param>
public sealed record Split(IReadOnlyList<int> Train, IReadOnlyList<int> Validation)
{
    /// <summary>
    /// Holds back a share of every class, group by group: what belongs together stays on one side. Deterministic by seed.
    /// </summary>
    /// <param name="classes">The class of each item (label, or label and source).</param>
    /// <param name="groups">The group of each item; give each item its own for a plain random split.</param>
    /// <param name="share">Of each class to hold back, rounded down, 0–1.</param>
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

    /// <summary>Divides items into folds for cross-validation, group by group, each fold with its share of every class.</summary>
    /// <param name="classes">The class of each item.</param>
    /// <param name="groups">The group of each item.</param>
    /// <param name="folds">Number of folds, at least 2.</param>
    /// <param name="seed">The same seed gives the same folds.</param>
    /// <returns>One split a fold; every item is held back exactly once.</returns>
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
        // Large groups first: they are the hardest to place evenly.
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
