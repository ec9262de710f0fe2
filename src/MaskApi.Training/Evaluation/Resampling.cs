using MaskApi.Training.Data;

namespace MaskApi.Training.Evaluation;

/// <summary>Bootstrap confidence intervals (Efron, 1979). Draws whole groups, because faces of one picture are not independent.</summary>
public static class Resampling
{
    private const int Draws = 1000;

    /// <summary>The 95 % confidence interval of a statistic.</summary>
    /// <param name="groups">The group of each item.</param>
    /// <param name="statistic">Computes the statistic from how often each item was drawn.</param>
    /// <param name="seed">The same seed gives the same interval.</param>
    public static (double Low, double High) Interval(IReadOnlyList<int> groups, Func<int[], double> statistic, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(groups);
        ArgumentNullException.ThrowIfNull(statistic);
        var members = Enumerable.Range(0, groups.Count).GroupBy(i => groups[i]).Select(g => g.ToArray()).ToArray();
        var random = new SeededRandom(seed, 0xB007);
        var values = new double[Draws];
        var counts = new int[groups.Count];
        for (var d = 0; d < Draws; d++)
        {
            Array.Clear(counts);
            for (var k = 0; k < members.Length; k++)
            {
                foreach (var i in members[random.Below(members.Length)])
                {
                    counts[i]++;
                }
            }

            values[d] = statistic(counts);
        }

        Array.Sort(values);
        return (values[(int)(0.025 * Draws)], values[(int)(0.975 * Draws) - 1]);
    }
}
