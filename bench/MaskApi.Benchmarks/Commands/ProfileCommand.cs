using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MaskApi.Vision.Detection;
using MaskApi.Vision.Detection.BlazeFace;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace MaskApi.Benchmarks.Commands;

/// <summary>Breaks down the time of a model run by operator, with ONNX Runtime's own profiler.</summary>
internal static class ProfileCommand
{
    private const string Total = "sum";

    /// <summary>Operators with less than this share of every run are summed up in one row.</summary>
    private const double MinShare = 0.01;

    public static Command Create()
    {
        var width = new Option<int>("--width") { Description = "Width of the picture.", DefaultValueFactory = static _ => 1155 };
        var height = new Option<int>("--height") { Description = "Height of the picture.", DefaultValueFactory = static _ => 866 };
        var detail = new Option<DetectionDetail>("--detail")
        {
            Description = "Detection detail, which decides the sizes of the detector's inputs.",
            DefaultValueFactory = static _ => DetectionDetail.Auto,
        };
        var crops = new Option<int[]>("--crops")
        {
            Description = "Sides of the classifier's crops.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = static _ => [60, 160, 320],
        };
        var models = new Option<DirectoryInfo>("--models")
        {
            Description = "Folder of the models.",
            DefaultValueFactory = static _ => new DirectoryInfo(Path.Combine(AppContext.BaseDirectory, "models")),
        };
        var runs = new Option<int>("--runs")
        {
            Description = "Runs per input size; the table has each operator's fastest, which other load disturbs least.",
            DefaultValueFactory = static _ => 100,
        };
        var nodes = new Option<bool>("--nodes") { Description = "List single nodes instead of kinds of operators." };
        var command = new Command("profile", "Prints the time of each operator in both models, one thread, as Markdown.")
        {
            width,
            height,
            detail,
            crops,
            models,
            runs,
            nodes,
        };
        command.SetAction(result =>
        {
            var passes = PassPlan.For(result.GetValue(width), result.GetValue(height), result.GetValue(detail)).All
                .Select(static pass => (Height: pass.InputHeight, Width: pass.InputWidth))
                .Distinct()
                .Order();
            var folder = result.GetValue(models)!.FullName;
            Print("blaze_face_tuned", passes);
            Print("mask_classifier", result.GetValue(crops)!.Select(static side => (side, side)));

            void Print(string model, IEnumerable<(int Height, int Width)> inputs) =>
                Table(
                    model,
                    [.. inputs.Select(input => (
                        $"{input.Width}×{input.Height}",
                        Profile(Path.Combine(folder, model + ".onnx"), input, result.GetValue(runs), result.GetValue(nodes))))]);
        });
        return command;
    }

    /// <summary>Milliseconds by operator: the shortest over the runs.</summary>
    private static Dictionary<string, double> Profile(string model, (int Height, int Width) input, int runs, bool byNode)
    {
        const int warmUp = 5;
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            using var settings = new SessionOptions
            {
                IntraOpNumThreads = 1,
                EnableMemoryPattern = false,

                // In this order: the prefix counts when profiling is enabled.
                ProfileOutputPathPrefix = Path.Combine(folder.FullName, "profile"),
                EnableProfiling = true,
            };
            using var session = new InferenceSession(model, settings);
            using var run = new RunOptions();
            using var pixels = OrtValue.CreateAllocatedTensorValue(
                OrtAllocator.DefaultInstance, TensorElementType.UInt8, [1, input.Height, input.Width, 3]);
            new Random(1).NextBytes(pixels.GetTensorMutableDataAsSpan<byte>());
            for (var i = 0; i < warmUp + runs; i++)
            {
                session.Run(run, [session.InputNames[0]], [pixels], session.OutputNames).Dispose();
            }

            using var file = File.OpenRead(session.EndProfiling());
            using var profile = JsonDocument.Parse(file);
            return Fastest(profile.RootElement, warmUp, byNode);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Dictionary<string, double> Fastest(JsonElement events, int warmUp, bool byNode)
    {
        // A node that runs several times in a run, in a band each, counts with all of them.
        var runs = new List<Dictionary<string, double>>();
        var current = new Dictionary<string, double>();
        foreach (var entry in events.EnumerateArray())
        {
            var name = entry.GetProperty("name").GetString()!;
            if (name == "model_run")
            {
                runs.Add(current);
                current = [];
            }
            else if (name.EndsWith("_kernel_time", StringComparison.Ordinal) && Kind(entry.GetProperty("args")) is { } kind)
            {
                var key = byNode ? $"{kind} {name[..^"_kernel_time".Length]}" : kind;
                current[key] = current.GetValueOrDefault(key) + (entry.GetProperty("dur").GetInt64() / 1000.0);
            }
        }

        var times = runs.Skip(warmUp).SelectMany(static run => run).GroupBy(static time => time.Key)
            .ToDictionary(static times => times.Key, static times => times.Min(static time => time.Value));
        times[Total] = times.Values.Sum();
        return times;
    }

    /// <summary>The operator, for convolutions with their kind; null for control flow, whose time is that of the nodes inside.</summary>
    private static string? Kind(JsonElement node)
    {
        var name = node.GetProperty("op_name").GetString()!;
        if (name is "If" or "Scan" or "Loop")
        {
            return null;
        }

        if (!name.Contains("Conv", StringComparison.Ordinal))
        {
            return name;
        }

        var inputs = node.GetProperty("input_type_shape").EnumerateArray()
            .Select(static input => input.EnumerateObject().Single().Value)
            .ToList();
        var kernel = inputs[1].EnumerateArray().Select(static extent => extent.GetInt32()).ToArray();
        var sum = inputs.Count > 3 ? " + sum" : "";
        return $"Conv {kernel[3]}×{kernel[2]}{(kernel[1] == 1 ? " depthwise" : "")}{sum}";
    }

    private static void Table(string model, IReadOnlyList<(string Input, Dictionary<string, double> Times)> columns)
    {
        Console.WriteLine($"| `{model}`, ms | {string.Join(" | ", columns.Select(static column => column.Input))} |");
        Console.WriteLine($"|---|{string.Concat(Enumerable.Repeat("---|", columns.Count))}");
        var kinds = columns.SelectMany(static column => column.Times.Keys).Distinct()
            .OrderByDescending(kind => columns[^1].Times.GetValueOrDefault(kind))
            .ToLookup(kind => columns.Any(column => column.Times.GetValueOrDefault(kind) >= MinShare * column.Times[Total]));
        foreach (var kind in kinds[true])
        {
            Row(kind, column => column.GetValueOrDefault(kind));
        }

        Row("others", column => kinds[false].Sum(kind => column.GetValueOrDefault(kind)));
        Console.WriteLine();

        void Row(string name, Func<Dictionary<string, double>, double> time)
        {
            var times = columns.Select(column => time(column.Times).ToString("0.00", CultureInfo.InvariantCulture));
            Console.WriteLine($"| {name} | {string.Join(" | ", times)} |");
        }
    }
}
