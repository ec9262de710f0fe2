using MaskApi.Training.Data;
using MaskApi.Training.Network;

namespace MaskApi.Training.Fitting;

/// <summary>The faces of a run, prepared by the recipe: labels, weights, groups and split.</summary>
public sealed class TrainingSet
{
    private TrainingSet(IReadOnlyList<LabelledCrop> crops, double[] weights, IReadOnlyList<int> groups, Split split)
    {
        Crops = crops;
        Weights = weights;
        Groups = groups;
        Split = split;
    }

    /// <summary>The faces used.</summary>
    public IReadOnlyList<LabelledCrop> Crops { get; }

    /// <summary>Weight of each face in the loss, with mean 1 over the training side.</summary>
    public IReadOnlyList<double> Weights { get; }

    /// <summary>Near-duplicate group of each face.</summary>
    public IReadOnlyList<int> Groups { get; }

    /// <summary>The training and held-back faces.</summary>
    public Split Split { get; }

    /// <summary>Selects, weighs and splits the faces by the recipe.</summary>
    /// <param name="crops">All faces of the cache.</param>
    /// <param name="recipe">The recipe.</param>
    /// <param name="seed">Seed of the split.</param>
    public static TrainingSet Create(IReadOnlyList<LabelledCrop> crops, Recipe recipe, int seed)
    {
        ArgumentNullException.ThrowIfNull(crops);
        ArgumentNullException.ThrowIfNull(recipe);
        LabelledCrop[] used = [.. crops.Where(c => Uses(recipe, c))];
        var groups = NearDuplicates.Group(used);
        var sides = Split.HoldOut(
            Classes(used), recipe.GroupedSplit ? groups : [.. Enumerable.Range(0, used.Length)], recipe.ValidationShare, seed);
        return new TrainingSet(used, Weigh(used, sides.Train, recipe), groups, sides);
    }

    /// <summary>Weighs faces that are already split; those that the recipe leaves out are dropped.</summary>
    /// <param name="crops">The faces.</param>
    /// <param name="groups">Their groups.</param>
    /// <param name="split">Their sides.</param>
    /// <param name="recipe">The recipe.</param>
    public static TrainingSet Create(IReadOnlyList<LabelledCrop> crops, IReadOnlyList<int> groups, Split split, Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(crops);
        ArgumentNullException.ThrowIfNull(groups);
        ArgumentNullException.ThrowIfNull(split);
        ArgumentNullException.ThrowIfNull(recipe);
        var sides = new Split(
            [.. split.Train.Where(i => Uses(recipe, crops[i]))], [.. split.Validation.Where(i => Uses(recipe, crops[i]))]);
        return new TrainingSet(crops, Weigh(crops, sides.Train, recipe), [.. groups], sides);
    }

    /// <summary>Whether a recipe uses a face.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="crop">The face.</param>
    public static bool Uses(Recipe recipe, LabelledCrop crop)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(crop);
        return recipe.Head.Knows(crop.Label)
            && (recipe.UseUndetected || crop.Origin != BoxOrigin.Picture)
            && recipe.SourceWeights.GetValueOrDefault(crop.Source, 1) > 0;
    }

    /// <summary>Combines label and source of each face into one number, for splits that keep the shares of both.</summary>
    /// <param name="crops">The faces.</param>
    public static int[] Classes(IReadOnlyList<LabelledCrop> crops)
    {
        var sources = crops.Select(c => c.Source).Distinct().Order(StringComparer.Ordinal).ToList();
        return [.. crops.Select(c => (sources.IndexOf(c.Source) * VerdictHeads.LabelCount) + (int)c.Label)];
    }

    private static double[] Weigh(IReadOnlyList<LabelledCrop> crops, IReadOnlyList<int> train, Recipe recipe)
    {
        var weights = crops.Select(c => recipe.SourceWeights.GetValueOrDefault(c.Source, 1)).ToArray();
        if (recipe.BalanceClasses)
        {
            var sums = train.GroupBy(i => crops[i].Label).ToDictionary(label => label.Key, label => label.Sum(i => weights[i]));
            var share = sums.Values.Sum() / sums.Count;
            for (var i = 0; i < weights.Length; i++)
            {
                weights[i] *= share / sums.GetValueOrDefault(crops[i].Label, share);
            }
        }

        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] *= crops[i].Label switch
            {
                FaceLabel.WithoutMask => recipe.WithoutMaskWeight,
                FaceLabel.IncorrectMask => recipe.IncorrectMaskWeight,
                _ => 1,
            };
        }

        var mean = train.Average(i => weights[i]);
        return [.. weights.Select(w => w / mean)];
    }
}
