using System.CommandLine;
using System.Globalization;
using MaskApi.Vision;

namespace MaskApi.Benchmarks.Commands;

/// <summary>Shares out the time of one picture by stage.</summary>
internal static class StagesCommand
{
    public static Command Create()
    {
        var options = new PipelineOptions();
        var rounds = new Option<int>("--rounds") { Description = "How often.", DefaultValueFactory = static _ => 50 };
        var command = new Command("stages", "Prints the medians of decode, detect and classify for one picture.") { rounds };
        options.AddTo(command);
        command.SetAction(result =>
        {
            using var pipeline = options.Load(result);
            var (picture, analysis) = options.Read(result);
            Run(pipeline, picture, analysis, result.GetValue(rounds));
        });
        return command;
    }

    private static void Run(FacePipeline pipeline, byte[] picture, AnalysisOptions options, int rounds)
    {
        var timings = new StageTimings[rounds];
        var allocated = 0L;
        FaceAnalysis? analysis = null;
        for (var i = -3; i < rounds; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            analysis = pipeline.Analyze(picture, options, CancellationToken.None);
            if (i >= 0)
            {
                timings[i] = analysis.Timings;
                allocated += GC.GetAllocatedBytesForCurrentThread() - before;
            }
        }

        var (decode, detect, classify) = (Median(t => t.DecodeMs), Median(t => t.DetectMs), Median(t => t.ClassifyMs));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{analysis!.Width}x{analysis.Height}, {analysis.Faces.Count} faces, {analysis.DetectionCost.Runs} looks, "
            + $"{analysis.DetectionCost.InputPixels} input pixels: decode {decode:0.00} ms, detect {detect:0.00} ms, "
            + $"classify {classify:0.00} ms, {allocated / rounds} bytes allocated"));

        double Median(Func<StageTimings, double> stage)
        {
            var sorted = timings.Select(stage).Order().ToArray();
            return sorted[sorted.Length / 2];
        }
    }
}
