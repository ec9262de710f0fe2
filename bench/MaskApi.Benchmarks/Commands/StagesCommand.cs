using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using MaskApi.Vision;
using MaskApi.Vision.Classification;
using MaskApi.Vision.Detection.BlazeFace;
using MaskApi.Vision.Inference;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace MaskApi.Benchmarks.Commands;

/// <summary>Breaks down the time of one picture by stage.</summary>
internal static class StagesCommand
{
    public static Command Create()
    {
        var options = new PipelineOptions();
        var rounds = new Option<int>("--rounds") { Description = "Number of repetitions.", DefaultValueFactory = static _ => 50 };
        var command = new Command("stages", "Prints median decode, detect and classify times for one picture, next to its bare model runs.")
        {
            rounds,
        };
        options.AddTo(command);
        command.SetAction(result =>
        {
            using var pipeline = options.Load(result);
            var (picture, analysis) = options.Read(result);
            var total = Run(pipeline, picture, analysis, result.GetValue(rounds));
            var (passes, faces) = ModelRuns(picture, analysis, Math.Min(result.GetValue(rounds), 15));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"total {total:0.00} ms; model runs alone, in sequence on one thread, {passes + faces:0.00} ms "
                + $"(passes {passes:0.00}, faces {faces:0.00}): ratio {total / (passes + faces):0.00}"));
        });
        return command;
    }

    private static double Run(FacePipeline pipeline, byte[] picture, AnalysisOptions options, int rounds)
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
            $"{analysis!.Width}x{analysis.Height}, {analysis.Faces.Count} faces, {analysis.DetectionCost.Runs} passes, "
            + $"{analysis.DetectionCost.InputPixels} input pixels: decode {decode:0.00} ms, detect {detect:0.00} ms, "
            + $"classify {classify:0.00} ms, {allocated / rounds} bytes allocated"));

        return Median(static t => t.DecodeMs + t.DetectMs + t.ClassifyMs);

        double Median(Func<StageTimings, double> stage) => MedianOf(timings.Select(stage));
    }

    /// <summary>Time of just the model runs that a picture needs: detection passes and face classifications.</summary>
    private static (double Passes, double Faces) ModelRuns(byte[] picture, AnalysisOptions options, int rounds)
    {
        using var detector = BlazeFaceDetector.Load(new VisionOptions());
        using var classifier = MaskClassifier.Load(new VisionOptions());
        using var raster = Pictures.Decode(picture);
        var plan = PassPlan.For(raster.Width, raster.Height, options.Detail);
        var passes = detector.Search(raster, plan, CancellationToken.None).Passes;
        var crops = detector.Detect(raster, options, CancellationToken.None).Faces.Select(face => FaceCropper.Crop(raster, face.Box))
            .ToList();
        using var settings = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1, EnableMemoryPattern = false };
        using var session = new InferenceSession(Path.Combine(AppContext.BaseDirectory, "models", detector.Models[0].File), settings);
        using var run = new RunOptions();
        string[] input = [session.InputNames[0]];
        var inputs = passes.Select(static pass => OrtValue.CreateAllocatedTensorValue(
            OrtAllocator.DefaultInstance, TensorElementType.UInt8, [1, pass.InputHeight, pass.InputWidth, 3])).ToList();
        var times = (
            Time(() => inputs.ForEach(pass => session.Run(run, input, [pass], session.OutputNames).Dispose())),
            Time(() => crops.ForEach(crop => classifier.Classify(crop))));
        inputs.ForEach(static pass => pass.Dispose());
        crops.ForEach(static crop => crop.Dispose());
        return times;

        double Time(Action work)
        {
            work();
            return MedianOf(Enumerable.Range(0, rounds).Select(_ =>
            {
                var start = Stopwatch.GetTimestamp();
                work();
                return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }));
        }
    }

    private static double MedianOf(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
