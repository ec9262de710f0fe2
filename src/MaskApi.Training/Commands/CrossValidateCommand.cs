using System.CommandLine;
using System.Globalization;
using MaskApi.Training.Data;
using MaskApi.Training.Evaluation;
using MaskApi.Training.Fitting;
using MaskApi.Training.Network;
using MaskApi.Training.Reports;

namespace MaskApi.Training.Commands;

/// <summary><c>cross-validate</c>: compares recipes on faces held out by group or by source.</summary>
internal static class CrossValidateCommand
{
    public static Command Create()
    {
        var crops = new Option<string[]>("--crops")
        {
            Description = "Crop caches written by 'crops'.",
            AllowMultipleArgumentsPerToken = true,
            Required = true,
        };
        var backbone = new Option<string>("--backbone")
        {
            Description = "Folder with layers.json and the ImageNet weights.",
            Required = true,
        };
        var ideas = new Option<string>("--ideas")
        {
            Description = "JSON: {\"base\": recipe or its name, \"ideas\": {\"name\": changes}}.",
            Required = true,
        };
        var only = new Option<string[]>("--only")
        {
            Description = "Names of the ideas to run. Default: all.",
            AllowMultipleArgumentsPerToken = true,
        };
        var by = new Option<string>("--by")
        {
            Description = "group: folds keep near-duplicates together; source: each judged source is held out in turn.",
            DefaultValueFactory = _ => "group",
        };
        by.AcceptOnlyFromAmong("group", "source");
        var folds = new Option<int>("--folds") { Description = "Number of folds with --by group.", DefaultValueFactory = _ => 5 };
        var judged = new Option<string[]>("--judged")
        {
            Description = "Sources to score; all others are only trained on.",
            AllowMultipleArgumentsPerToken = true,
            Required = true,
        };
        var seed = new Option<int>("--seed") { Description = "Random seed.", DefaultValueFactory = _ => 1 };
        var device = new Option<string>("--device") { Description = "auto, cpu or cuda.", DefaultValueFactory = _ => "auto" };
        var output = new Option<string>("--out")
        {
            Description = "Folder for the predictions and the table.",
            DefaultValueFactory = _ => "runs/cross-validation",
        };
        var command = new Command("cross-validate", "Compares recipes on held-out faces, with confidence intervals.")
        {
            crops, backbone, ideas, only, by, folds, judged, seed, device, output,
        };
        command.SetAction(async (parse, cancellationToken) =>
        {
            LabelledCrop[] faces = [.. parse.GetRequiredValue(crops).SelectMany(CropFile.Read)];
            var groups = NearDuplicates.Group(faces);
            var judgedSources = parse.GetRequiredValue(judged).ToHashSet(StringComparer.Ordinal);
            RequireKnown("source", judgedSources, faces.Select(face => face.Source));
            var validation = new CrossValidation(
                faces, groups, BackboneWeights.Load(parse.GetRequiredValue(backbone)), parse.GetValue(seed),
                TorchLoader.Device(parse.GetRequiredValue(device)), new QuietObserver());
            var splits = parse.GetRequiredValue(by) == "source"
                ? validation.BySource(judgedSources)
                : validation.ByGroup(parse.GetValue(folds), judgedSources);
            var chosen = parse.GetValue(only) is { Length: > 0 } names ? names.Append("base").ToHashSet(StringComparer.Ordinal) : null;
            var json = await File.ReadAllTextAsync(parse.GetRequiredValue(ideas), cancellationToken).ConfigureAwait(false);
            var known = Idea.Parse(json);
            RequireKnown("idea", chosen ?? [], known.Select(i => i.Name));
            Idea[] list = [.. known.Where(i => chosen?.Contains(i.Name) != false)];

            var folder = parse.GetRequiredValue(output);
            Directory.CreateDirectory(folder);
            var table = new IdeaTable(faces, groups, folder);
            try
            {
                await validation.RunAsync(list, splits, table.Add, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                RunConsole.Warn("Stopped. The table holds the ideas finished so far.");
                return 130;
            }

            return 0;
        });
        return command;
    }

    private static void RequireKnown(string what, IEnumerable<string> asked, IEnumerable<string> known)
    {
        string[] names = [.. known.Distinct().Order(StringComparer.Ordinal).Select(name => $"'{name}'")];
        if (asked.Select(name => $"'{name}'").Except(names).FirstOrDefault() is { } unknown)
        {
            throw new InvalidDataException($"There is no {what} {unknown}. There are {string.Join(", ", names)}.");
        }
    }

    /// <summary>Prints and saves a row as soon as an idea is finished, and saves its predictions.</summary>
    private sealed class IdeaTable(IReadOnlyList<LabelledCrop> crops, IReadOnlyList<int> groups, string folder)
    {
        private const float SmallFace = 32;

        private readonly List<string> _rows = [];
        private readonly OrderedDictionary<string, IReadOnlyDictionary<int, bool>> _right = [];

        public void Add(IdeaResult result)
        {
            var items = result.Answers.Select(a => a.Item).ToArray();
            JudgedVerdict[] faces = [.. result.Answers.Select(a => new JudgedVerdict(a.Probabilities, crops[a.Item].Label))];
            var sources = items.Select(i => crops[i].Source).Distinct().Order(StringComparer.Ordinal).ToArray();
            if (_rows.Count == 0)
            {
                Write(
                    $"| idea | built on | balanced accuracy | change | {string.Join(" | ", sources)} "
                    + $"| with / without / incorrect | precision of incorrect | < {SmallFace} px | loss | s |");
                Write($"|---|---|---|---|{string.Concat(sources.Select(_ => "---|"))}---|---|---|---|---|");
            }

            bool[] right = [.. faces.Select(face => face.Right)];
            _right[result.Idea.Name] = items.Zip(right).ToDictionary(p => p.First, p => p.Second);
            // The idea it builds on may not have been selected. The base always runs, and runs first.
            var on = _right.ContainsKey(result.Idea.On) ? result.Idea.On : _right.Keys.First();
            bool[] rightBefore = [.. items.Select(item => _right[on].GetValueOrDefault(item))];
            int[] own = [.. items.Select(i => groups[i])];
            var ones = Enumerable.Repeat(1, items.Length).ToArray();
            double Mean(bool[] hits, int[] counts) => sources.Average(s => Balanced(items, hits, counts, c => c.Source == s));
            var mean = Mean(right, ones);
            var interval = Resampling.Interval(own, counts => Mean(right, counts));
            var change = Resampling.Interval(own, counts => Mean(right, counts) - Mean(rightBefore, counts));
            var all = new VerdictMetrics(faces);
            var bySource = sources.Select(source => string.Join(
                " · ",
                _order.Select(label => Recall(items, right, ones, c => c.Source == source && c.Label == label))
                    .Select(recall => double.IsNaN(recall) ? "–" : recall.ToString("0.000", CultureInfo.InvariantCulture))));
            var recalls = _order.Select(label => all.Report(label).Recall.ToString("0.000", CultureInfo.InvariantCulture));
            Write(string.Create(
                CultureInfo.InvariantCulture,
                $"| {result.Idea.Name} | {on} | {mean:0.0000} ({interval.Low:0.0000}–{interval.High:0.0000}) "
                + $"| {mean - Mean(rightBefore, ones):+0.0000;−0.0000;0} ({change.Low:+0.0000;−0.0000;0}–{change.High:+0.0000;−0.0000;0}) "
                + $"| {string.Join(" | ", bySource)} | {string.Join(" / ", recalls)} "
                + $"| {all.Report(FaceLabel.IncorrectMask).Precision:0.000} "
                + $"| {Balanced(items, right, ones, c => c.FaceSide < SmallFace):0.0000} | {all.LogLoss():0.0000} | {result.Seconds:0} |"));

            var fileName = string.Concat(result.Idea.Name.Select(c => char.IsLetterOrDigit(c) ? c : '-')) + ".csv";
            HeldOutAnswersFile.Write(
                Path.Combine(folder, fileName), items.Zip(faces, (item, face) => (crops[item], face.Probabilities)));
        }

        private static readonly FaceLabel[] _order = [FaceLabel.WithMask, FaceLabel.WithoutMask, FaceLabel.IncorrectMask];

        private void Write(string row)
        {
            _rows.Add(row);
            RunConsole.Line(row);
            File.WriteAllLines(Path.Combine(folder, "table.md"), _rows);
        }

        // Mean recall over the labels that occur.
        private double Balanced(int[] items, bool[] right, int[] counts, Func<LabelledCrop, bool> of) =>
            _order.Select(label => Recall(items, right, counts, c => of(c) && c.Label == label))
                .Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();

        private double Recall(int[] items, bool[] right, int[] counts, Func<LabelledCrop, bool> of)
        {
            double hits = 0, all = 0;
            for (var i = 0; i < items.Length; i++)
            {
                if (counts[i] == 0 || !of(crops[items[i]]))
                {
                    continue;
                }

                all += counts[i];
                hits += right[i] ? counts[i] : 0;
            }

            return all == 0 ? double.NaN : hits / all;
        }
    }
}
