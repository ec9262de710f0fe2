using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using MaskApi.Vision;

namespace MaskApi.Benchmarks.Commands;

/// <summary>The bare loop: the pipeline alone on every core, without HTTP. The service is measured against it.</summary>
internal static class LoopCommand
{
    public static Command Create()
    {
        var options = new PipelineOptions();
        var seconds = new Option<double>("--seconds") { Description = "Duration.", DefaultValueFactory = static _ => 5 };
        var threads = new Option<int>("--threads")
        {
            Description = "Pictures processed concurrently.",
            DefaultValueFactory = static _ => Environment.ProcessorCount,
        };
        var command = new Command("loop", "Runs the pipeline in a loop, without HTTP, and prints pictures per second.")
        {
            seconds,
            threads,
        };
        options.AddTo(command);
        command.SetAction(result =>
        {
            using var pipeline = options.Load(result);
            var (picture, analysis) = options.Read(result);
            var rate = Run(pipeline, picture, analysis, result.GetValue(threads), TimeSpan.FromSeconds(result.GetValue(seconds)));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rate:0.00} pictures/s"));
        });
        return command;
    }

    private static double Run(FacePipeline pipeline, byte[] picture, AnalysisOptions options, int threads, TimeSpan duration)
    {
        var done = 0L;
        var start = Stopwatch.GetTimestamp();
        var workers = new Thread[threads];
        for (var i = 0; i < threads; i++)
        {
            workers[i] = new Thread(() =>
            {
                while (Stopwatch.GetElapsedTime(start) < duration)
                {
                    pipeline.Analyze(picture, options, CancellationToken.None);
                    Interlocked.Increment(ref done);
                }
            });
            workers[i].Start();
        }

        foreach (var worker in workers)
        {
            worker.Join();
        }

        return done / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
