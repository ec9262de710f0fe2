using System.Text.Json;
using System.Text.Json.Nodes;
using MaskApi.Training.Data;
using MaskApi.Training.Network;
using static TorchSharp.torch;

namespace MaskApi.Training.Fitting;

/// <summary>A named change to a recipe, to measure its effect.</summary>
/// <param name="Name">Its name in the table.</param>
/// <param name="On">The idea that it modifies and is compared with.</param>
/// <param name="Recipe">The complete recipe with the change applied.</param>
public sealed record Idea(string Name, string On, Recipe Recipe)
{
    private const string Base = "base";

    /// <summary>
    /// Reads ideas: <c>{"base": recipe, "ideas": {"name": changes, …}}</c>. The base may also be the name of a recipe. Changes apply to
    /// the base, or to the earlier idea named by <c>on</c>. The base comes first, as idea <c>base</c>.
    /// </summary>
    /// <param name="json">The file's text. Changes are merged into what they build on, objects member by member.</param>
    /// <exception cref="JsonException">The text does not have that form.</exception>
    public static IReadOnlyList<Idea> Parse(string json)
    {
        var root = JsonNode.Parse(json) as JsonObject;
        var foundation = root?[Base] switch
        {
            JsonObject recipe => recipe,
            JsonValue value when value.TryGetValue(out string? name) => JsonNode.Parse(Recipe.Load(name).ToJson())!.AsObject(),
            _ => throw new JsonException($"'{Base}' must be a recipe or the name of one."),
        };
        var ideas = new List<Idea> { new(Base, Base, Recipe.FromJson(foundation.ToJsonString())) };
        var recipes = new Dictionary<string, JsonObject> { [Base] = foundation };
        foreach (var (name, entry) in root["ideas"] as JsonObject ?? throw new JsonException("'ideas' must be an object."))
        {
            var change = entry?.DeepClone() as JsonObject ?? throw new JsonException($"'{name}' must be an object.");
            var on = change["on"]?.GetValue<string>() ?? Base;
            change.Remove("on");
            if (!recipes.TryGetValue(on, out var earlier))
            {
                throw new JsonException($"'{name}' builds on '{on}', which is not an earlier idea.");
            }

            var merged = recipes[name] = earlier.DeepClone().AsObject();
            Merge(merged, change);
            ideas.Add(new Idea(name, on, Recipe.FromJson(merged.ToJsonString()) with { Name = name }));
        }

        return ideas;
    }

    private static void Merge(JsonObject target, JsonObject change)
    {
        foreach (var (key, value) in change)
        {
            if (value is JsonObject inner && target[key] is JsonObject present)
            {
                Merge(present, inner);
            }
            else
            {
                target[key] = value?.DeepClone();
            }
        }
    }
}

/// <summary>A network's answer to a face from a fold that it was not trained on.</summary>
/// <param name="Item">Index of the face.</param>
/// <param name="Probabilities">Uncalibrated probabilities of the labels, indexed by <see cref="FaceLabel"/>.</param>
public readonly record struct HeldOutAnswer(int Item, double[] Probabilities);

/// <summary>The result of an idea.</summary>
/// <param name="Idea">The idea.</param>
/// <param name="Answers">One per judged face, over all folds.</param>
/// <param name="Seconds">Training time, excluding the rendering of views.</param>
public sealed record IdeaResult(Idea Idea, IReadOnlyList<HeldOutAnswer> Answers, double Seconds);

/// <summary>
/// Compares ideas on faces that were not trained on. Each fold in turn is held out entirely, early stopping uses a part of the other folds,
/// and the answers to the held-out faces are pooled.
/// </summary>
/// <param name="crops">All faces.</param>
/// <param name="groups">Their groups of near-duplicates.</param>
/// <param name="backbone">ImageNet weights.</param>
/// <param name="seed">Seed of everything random.</param>
/// <param name="device">Where to compute.</param>
/// <param name="observer">Receives progress.</param>
public sealed class CrossValidation(
    IReadOnlyList<LabelledCrop> crops, IReadOnlyList<int> groups, BackboneWeights backbone, int seed, Device device,
    ITrainingObserver observer)
{
    private const double InnerShare = 0.1;

    /// <summary>Makes folds of whole groups: every judged face is held out once; sources that are not judged only help to train.</summary>
    /// <param name="folds">Number of folds.</param>
    /// <param name="judged">Sources whose faces are judged.</param>
    public IReadOnlyList<Split> ByGroup(int folds, IReadOnlySet<string> judged) =>
    [
        .. Split.Folds(TrainingSet.Classes(crops), groups, folds, seed)
            .Select(s => new Split(s.Train, [.. s.Validation.Where(i => judged.Contains(crops[i].Source))])),
    ];

    /// <summary>Makes a fold of each judged source, held out entirely, together with its near-duplicates.</summary>
    /// <param name="judged">Sources whose faces are judged.</param>
    public IReadOnlyList<Split> BySource(IReadOnlySet<string> judged)
    {
        ArgumentNullException.ThrowIfNull(judged);
        var all = Enumerable.Range(0, crops.Count).ToArray();
        return
        [
            .. judged.Order(StringComparer.Ordinal).Select(source =>
            {
                int[] held = [.. all.Where(i => crops[i].Source == source)];
                var touched = held.Select(i => groups[i]).ToHashSet();
                return new Split([.. all.Where(i => !touched.Contains(groups[i]))], held);
            }),
        ];
    }

    /// <summary>Runs every idea over every fold.</summary>
    /// <param name="ideas">The ideas.</param>
    /// <param name="folds">The folds: training and judged faces.</param>
    /// <param name="done">Called for each finished idea.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task RunAsync(
        IReadOnlyList<Idea> ideas, IReadOnlyList<Split> folds, Action<IdeaResult> done, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(ideas);
        ArgumentNullException.ThrowIfNull(folds);
        ArgumentNullException.ThrowIfNull(done);
        foreach (var ofOneSize in ideas.GroupBy(i => i.Recipe.InputSize))
        {
            await RunOneSizeAsync([.. ofOneSize], folds, done, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task RunOneSizeAsync(
        Idea[] ideas, IReadOnlyList<Split> folds, Action<IdeaResult> done, CancellationToken cancellationToken)
    {
        // The output of the frozen blocks depends on neither the fold nor the idea, so each view is rendered once for all ideas that share
        // it.
        var families = ideas.GroupBy(i => (i.Recipe.Augmentation, i.Recipe.Views, i.Recipe.AugmentValidation)).ToArray();
        int[] all = [.. Enumerable.Range(0, crops.Count)];
        using var network = Trainer.CreateNetwork(backbone, ideas[0].Recipe, seed, device);
        FeatureBankBuilder Builder(IEnumerable<Idea> of) =>
            new(backbone, crops, of.Select(i => FeatureBanks.FirstBlock(network, i.Recipe)).ToHashSet(), seed, observer);
        using var plain = await Builder(ideas).PlainAsync("plain views", all, ideas[0].Recipe, cancellationToken).ConfigureAwait(false);
        foreach (var family in families)
        {
            var (builder, recipe) = (Builder(family), family.First().Recipe);
            using var train = FeatureBankBuilder.Augments(recipe)
                ? await builder.TrainAsync(all, recipe, cancellationToken).ConfigureAwait(false) : null;
            using var hard = await builder.HardAsync(all, recipe, cancellationToken).ConfigureAwait(false);
            foreach (var idea in family)
            {
                done(await JudgeAsync(idea, folds, new FeatureBanks(train ?? plain, plain, hard), cancellationToken).ConfigureAwait(false));
            }
        }
    }

    private async Task<IdeaResult> JudgeAsync(
        Idea idea, IReadOnlyList<Split> folds, FeatureBanks banks, CancellationToken cancellationToken)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var answers = new List<HeldOutAnswer>();
        foreach (var fold in folds)
        {
            var classes = TrainingSet.Classes([.. fold.Train.Select(i => crops[i])]);
            var inner = Split.HoldOut(classes, [.. fold.Train.Select(i => groups[i])], InnerShare, seed);
            var split = new Split([.. inner.Train.Select(i => fold.Train[i])], [.. inner.Validation.Select(i => fold.Train[i])]);
            var set = TrainingSet.Create(crops, groups, split, idea.Recipe);
            using var network = Trainer.CreateNetwork(backbone, idea.Recipe, seed, device);
            await new Trainer(set, idea.Recipe, seed, device, observer).RunAsync(network, banks, cancellationToken).ConfigureAwait(false);
            var logits = Trainer.Answer(network, banks.Plain, fold.Validation, FeatureBanks.FirstBlock(network, idea.Recipe), device);
            answers.AddRange(fold.Validation.Select((item, i) => new HeldOutAnswer(item, network.Head.Probabilities(logits[i]))));
        }

        return new IdeaResult(idea, answers, clock.Elapsed.TotalSeconds);
    }
}
