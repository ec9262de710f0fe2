using MaskApi.Vision.Classification;
using MaskApi.Vision.Detection;
using MaskApi.Vision.Detection.BlazeFace;
using MaskApi.Vision.Geometry;
using MaskApi.Vision.Imaging;
using MaskApi.Vision.Inference;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using SkiaSharp;

namespace MaskApi.Vision.Tests.Plain;

/// <summary>
/// A plain pipeline without pooled memory, vector instructions or graph optimization. It shares the pass plan and the fusion of
/// candidates with the product (<see cref="PassPlan"/>, <see cref="FaceSearch"/>); the steps between pixels, models and faces are
/// implemented again.
/// </summary>
internal sealed class PlainPipeline : IDisposable
{
    private readonly InferenceSession _detector = Open("blaze_face_tuned");
    private readonly InferenceSession _classifier = Open("mask_classifier");

    /// <summary>Decodes an opaque file that is stored upright.</summary>
    internal static Raster Decode(byte[] file)
    {
        using var bitmap = SKBitmap.Decode(file);
        var raster = new Raster(bitmap.Width, bitmap.Height);
        for (var y = 0; y < bitmap.Height; y++)
        {
            for (var x = 0; x < bitmap.Width; x++)
            {
                var color = bitmap.GetPixel(x, y);
                new[] { color.Red, color.Green, color.Blue, byte.MaxValue }.CopyTo(raster.Row(y)[(x * 4)..]);
            }
        }

        return raster;
    }

    /// <summary>A face, and the detector's confidence before rescoring.</summary>
    internal sealed record Face(FaceVerdict Verdict, float Detected)
    {
        internal PixelBox Box => Verdict.Box;

        internal float Confidence => Verdict.DetectionConfidence;
    }

    /// <summary>Finds and classifies faces, best detection first.</summary>
    internal List<Face> Analyze(Raster picture, DetectionDetail detail, float threshold)
    {
        var plan = PassPlan.For(picture.Width, picture.Height, detail);
        var (search, isUpright) = Search(picture, plan);
        var verdicts = Classify(picture, search.Faces, threshold);
        if (isUpright && !verdicts.Any(verdict => verdict.Confidence >= FacePipeline.SureConfidence))
        {
            var margin = new FaceSearch();
            RunPasses(margin, picture, plan.Margin);
            var others = Orient(margin, picture, plan);
            var all = verdicts.Concat(Classify(picture, [.. margin.Faces, .. others == margin ? [] : others.Faces], threshold))
                .OrderByDescending(face => face.Confidence).ToList();
            verdicts = [];
            foreach (var face in all)
            {
                if (!verdicts.Any(better => FacePipeline.IsSameFace(better.Box, face.Box)))
                {
                    verdicts.Add(face);
                }
            }
        }

        return verdicts;
    }

    private List<Face> Classify(Raster picture, IReadOnlyList<FaceEvidence> faces, float threshold)
    {
        var verdicts = new List<Face>();
        foreach (var face in faces)
        {
            var confidence = face.Confidence;
            var box = face.Box.ClipTo(picture.Width, picture.Height);
            if (confidence >= FaceRescoring.MinDetectorConfidence(threshold)
                && Math.Max(face.Box.Width, face.Box.Height) >= BlazeFaceDetector.MinFace)
            {
                var (probabilities, logit) = Classify(picture, box, face.Geometry.Landmarks.QuarterTurns);
                var rescored = FaceRescoring.Rescore(confidence, logit, box);
                if (rescored >= threshold)
                {
                    verdicts.Add(new Face(new FaceVerdict(box, rescored, face.Geometry.Landmarks, probabilities), confidence));
                }
            }
        }

        return verdicts;
    }

    /// <summary>The verdict probabilities of the face in a box, and its face logit.</summary>
    internal (VerdictProbabilities Probabilities, float FaceLogit) Classify(Raster picture, PixelBox face, int quarterTurns = 0)
    {
        var region = FaceCropper.Region(face, picture.Width, picture.Height);
        var across = Math.Max(1, region.Width / FaceCropper.ReductionFloor);
        var down = Math.Max(1, region.Height / FaceCropper.ReductionFloor);
        var (width, height) = (region.Width / across, region.Height / down);
        var crop = new DenseTensor<byte>([1, height, width, 3]);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                for (var channel = 0; channel < 3; channel++)
                {
                    var sum = 0;
                    for (var block = 0; block < across * down; block++)
                    {
                        var column = region.X + (x * across) + (block % across);
                        sum += picture.Row(region.Y + (y * down) + (block / across))[(column * 4) + channel];
                    }

                    crop[0, y, x, channel] = (byte)((sum + (across * down / 2)) / (across * down));
                }
            }
        }

        for (var turn = 0; turn < quarterTurns; turn++)
        {
            crop = RotateBack(crop);
        }

        var three = _classifier.OutputMetadata.ContainsKey("probabilities");
        using var outputs = _classifier.Run(
            [NamedOnnxValue.CreateFromTensor("crops", crop)], [three ? "probabilities" : "mask_probability", "face_logit"]);
        var p = outputs[0].AsEnumerable<float>().ToArray();
        var probabilities = three ? new VerdictProbabilities(p[0], p[1], p[2]) : new VerdictProbabilities(p[0], 1 - p[0], 0);
        return (probabilities, outputs[1].AsEnumerable<float>().Single());
    }

    /// <summary>Rotates a crop a quarter turn counterclockwise.</summary>
    private static DenseTensor<byte> RotateBack(DenseTensor<byte> crop)
    {
        var (height, width) = (crop.Dimensions[1], crop.Dimensions[2]);
        var rotated = new DenseTensor<byte>([1, width, height, 3]);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                for (var channel = 0; channel < 3; channel++)
                {
                    rotated[0, width - 1 - x, y, channel] = crop[0, y, x, channel];
                }
            }
        }

        return rotated;
    }

    public void Dispose()
    {
        _detector.Dispose();
        _classifier.Dispose();
    }

    private static InferenceSession Open(string model)
    {
        RuntimeTelemetry.EnsureOff();
        using var settings = new SessionOptions { GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL, IntraOpNumThreads = 1 };
        return new InferenceSession(Path.Combine(AppContext.BaseDirectory, "models", model + ".onnx"), settings);
    }

    private (FaceSearch Search, bool IsUpright) Search(Raster picture, PassPlan plan)
    {
        var search = new FaceSearch();
        RunPasses(search, picture, plan.Coarse);
        var isUpright = plan.StopsEarly && search.Faces.Any(face => face.Confidence >= BlazeFaceDetector.Sure && face.IsUprightAt(0));
        search = isUpright ? search : Orient(search, picture, plan);
        var shorter = Math.Min(picture.Width, picture.Height);
        if (!plan.StopsEarly || !search.Faces.Any(
            face => IsCredible(face) && Math.Max(face.Box.Width, face.Box.Height) >= BlazeFaceDetector.FillsFrom * shorter))
        {
            RunPasses(search, picture, plan.Fine);
        }

        if (!plan.StopsEarly || !search.Faces.Any(IsCredible))
        {
            RunPasses(search, picture, plan.Margin);
        }

        return (search, isUpright && plan.Rotated.Count > 0);

        static bool IsCredible(FaceEvidence face) => face.Confidence >= BlazeFaceDetector.Credible;
    }

    /// <summary>The search with the most upright faces: this one, or one of those in the plan's rotated passes.</summary>
    private FaceSearch Orient(FaceSearch search, Raster picture, PassPlan plan)
    {
        var searches = plan.Rotated.Select(pass =>
        {
            var rotated = new FaceSearch { Orientation = pass.Rotation };
            RunPasses(rotated, picture, [pass]);
            return rotated;
        });
        return searches.Prepend(search)
            .MaxBy(each => (each == search ? BlazeFaceDetector.UprightPreference : 1) * each.UprightEvidence)!;
    }

    private void RunPasses(FaceSearch search, Raster picture, IReadOnlyList<DetectionPass> passes)
    {
        foreach (var pass in passes)
        {
            var oriented = search.Orientation == 0 ? pass : pass with { Rotation = search.Orientation };
            search.Add(oriented, RunPass(picture, oriented));
        }
    }

    private List<FaceCandidate> RunPass(Raster picture, DetectionPass pass)
    {
        var input = Rotate(PlainLetterbox.Fill(picture, pass.Region, pass.SampleWidth, pass.SampleHeight), pass);
        var tensor = new DenseTensor<byte>(input, [1, pass.InputHeight, pass.InputWidth, 3]);
        using var outputs = _detector.Run([NamedOnnxValue.CreateFromTensor(_detector.InputNames[0], tensor)]);
        float[] Output(string name) => [.. outputs.Single(output => output.Name == name).AsEnumerable<float>()];
        var (scores, boxes, keypoints) = (Output("scores"), Output("boxes"), Output("keypoints"));

        var map = new PassTransform(pass);
        var found = new List<FaceCandidate>();
        for (var i = 0; i < scores.Length; i++)
        {
            float[] numbers = [.. boxes[(i * 4)..((i * 4) + 4)], .. keypoints[(i * 12)..((i * 12) + 12)]];
            var (width, height) = ((numbers[2] - numbers[0]) * pass.InputWidth, (numbers[3] - numbers[1]) * pass.InputHeight);
            if (scores[i] >= BlazeFaceDetector.MinScore && width >= BlazeFaceModel.MinSide && height >= BlazeFaceModel.MinSide)
            {
                var geometry = default(FaceGeometry);
                numbers.CopyTo((Span<float>)geometry);
                map.ToPicture(ref geometry);
                found.Add(new FaceCandidate(geometry, scores[i]));
            }
        }

        return found;
    }

    /// <summary>The detector's input: each pixel is sampled bilinearly from its place in the sample; black outside.</summary>
    private static byte[] Rotate(byte[] sample, DetectionPass pass)
    {
        var (width, height) = (pass.SampleWidth, pass.SampleHeight);
        var map = new PassTransform(pass);
        var input = new byte[pass.InputWidth * pass.InputHeight * 3];
        for (var i = 0; i < input.Length; i++)
        {
            var (pixel, channel) = (i / 3, i % 3);
            var at = map.ToSample((pixel % pass.InputWidth) + 0.5f, (pixel / pass.InputWidth) + 0.5f);
            if (at.X <= 0 || at.X >= width || at.Y <= 0 || at.Y >= height)
            {
                continue;
            }

            var (x, y) = (Math.Clamp(at.X - 0.5, 0, width - 1), Math.Clamp(at.Y - 0.5, 0, height - 1));
            var sum = 0.0;
            foreach (var (column, row) in new[] { (0, 0), (1, 0), (0, 1), (1, 1) })
            {
                var (left, top) = (Math.Min((int)x + column, width - 1), Math.Min((int)y + row, height - 1));
                var weight = (1 - Math.Abs(x - ((int)x + column))) * (1 - Math.Abs(y - ((int)y + row)));
                sum += weight * sample[(((top * width) + left) * 3) + channel];
            }

            input[i] = (byte)Math.Round(sum);
        }

        return input;
    }
}
