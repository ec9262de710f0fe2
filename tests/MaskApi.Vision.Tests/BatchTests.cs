using MaskApi.Vision.Classification;
using MaskApi.Vision.Detection;
using MaskApi.Vision.Geometry;
using MaskApi.Vision.Imaging;

namespace MaskApi.Vision.Tests;

/// <summary>Runs as on a GPU, in batches with other callers, give the answers of single runs. Here the processor runs both.</summary>
public sealed class BatchTests : IDisposable
{
    private const float Tolerance = 1e-4f;

    private readonly FacePipeline _single = FacePipeline.Load(new VisionOptions());
    private readonly FacePipeline _batched = FacePipeline.Load(new VisionOptions { Batches = true });

    public void Dispose()
    {
        _single.Dispose();
        _batched.Dispose();
    }

    [Fact]
    public void Crops_of_all_sizes_get_the_same_verdicts_in_one_batch()
    {
        using var single = MaskClassifier.Load(new VisionOptions());
        using var batched = MaskClassifier.Load(new VisionOptions { Batches = true });
        using var picture = TestPictures.Decode(TestPictures.Read("astronaut.jpg"));
        using var noise = TestPictures.NoiseRaster(700, 500);
        List<FaceCrop> crops =
        [
            FaceCropper.Crop(picture, new PixelBox(180, 70, 90, 110)),
            FaceCropper.Crop(noise, new PixelBox(0, 0, 700, 500)),
            .. Enumerable.Range(1, 40).Select(side => FaceCropper.Crop(noise, new PixelBox(10 * side, 5 * side, 4 * side, 5 * side))),
        ];
        try
        {
            var verdicts = batched.Classify(crops, CancellationToken.None);

            Assert.Equal(crops.Count, verdicts.Length);
            Assert.Equal(single.Model.InputSize, batched.Model.InputSize);
            foreach (var (crop, verdict) in crops.Zip(verdicts))
            {
                var expected = single.Classify(crop);
                AssertNear(expected.Probabilities, verdict.Probabilities);
                Assert.Equal(expected.FaceLogit!.Value, verdict.FaceLogit!.Value, 1e-3f);
            }
        }
        finally
        {
            crops.ForEach(static crop => crop.Dispose());
        }
    }

    [Fact]
    public void A_two_class_model_takes_batches_too()
    {
        using var folder = new MaskApi.TestPictures.ModelFolder(0.9);
        using var classifier = MaskClassifier.Load(new VisionOptions { ModelsPath = folder.Path, Batches = true });
        using var picture = TestPictures.NoiseRaster(60, 60);
        using var crop = FaceCropper.Crop(picture, new PixelBox(10, 10, 40, 40));

        AssertNear(VerdictProbabilities.OfMask(0.9f), classifier.Classify(crop).Probabilities);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Concurrent_callers_get_the_answers_that_they_get_alone()
    {
        // Two pictures of one size and one of another: passes in one batch have the same size, and others have not.
        using var portrait = TestPictures.Decode(TestPictures.Read("astronaut.jpg"));
        using var dark = Darkened(portrait);
        using var small = TestPictures.NoiseRaster(200, 160);
        (Raster Picture, DetectionDetail Detail)[] requests =
        [
            .. from detail in Enum.GetValues<DetectionDetail>() from picture in new[] { portrait, dark, small } select (picture, detail),
        ];

        await AssertSameAsync(requests);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Photographs_of_many_faces_and_sizes_get_the_same_answers()
    {
        foreach (var files in DevSet.Pictures("kaggle853-dev", 48).Chunk(12))
        {
            (Raster Picture, DetectionDetail)[] requests =
                [.. files.Select(static file => (TestPictures.Decode(File.ReadAllBytes(file)), DetectionDetail.Auto))];
            await AssertSameAsync(requests);
            Array.ForEach(requests, static request => request.Picture.Dispose());
        }
    }

    [Fact]
    public void Memory_can_be_trimmed_between_batches()
    {
        using var picture = TestPictures.Decode(TestPictures.Read("astronaut.jpg"));
        _batched.WarmUp();
        _batched.TrimMemory();
        Assert.Single(Analyze(_batched, (picture, DetectionDetail.Fast)).Faces);
    }

    private async Task AssertSameAsync((Raster Picture, DetectionDetail Detail)[] requests)
    {
        var callers = requests.Select(request => Task.Factory.StartNew(
            () => Analyze(_batched, request), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        var answers = await Task.WhenAll(callers);

        Assert.Contains(answers, static answer => answer.Faces.Count > 0);
        foreach (var (request, answer) in requests.Zip(answers))
        {
            var expected = Analyze(_single, request);
            Assert.Equal(expected.DetectionCost, answer.DetectionCost);
            Assert.Equal(expected.Faces.Count, answer.Faces.Count);
            foreach (var (face, same) in expected.Faces.Zip(answer.Faces))
            {
                Assert.Equal(face.Box.X, same.Box.X, 0.01f);
                Assert.Equal(face.Box.Y, same.Box.Y, 0.01f);
                Assert.Equal(face.Box.Width, same.Box.Width, 0.01f);
                Assert.Equal(face.Box.Height, same.Box.Height, 0.01f);
                Assert.Equal(face.DetectionConfidence, same.DetectionConfidence, Tolerance);
                AssertNear(face.Probabilities, same.Probabilities);
            }
        }
    }

    private static FaceAnalysis Analyze(FacePipeline pipeline, (Raster Picture, DetectionDetail Detail) request) =>
        pipeline.Analyze(request.Picture, new AnalysisOptions { Detail = request.Detail }, CancellationToken.None);

    private static Raster Darkened(Raster picture)
    {
        var dark = new Raster(picture.Width, picture.Height);
        for (var i = 0; i < dark.Pixels.Length; i++)
        {
            dark.Pixels[i] = i % 4 == 3 ? byte.MaxValue : (byte)(picture.Pixels[i] * 2 / 3);
        }

        return dark;
    }

    private static void AssertNear(VerdictProbabilities expected, VerdictProbabilities actual)
    {
        Assert.Equal(expected.WithMask, actual.WithMask, Tolerance);
        Assert.Equal(expected.WithoutMask, actual.WithoutMask, Tolerance);
        Assert.Equal(expected.IncorrectlyWorn, actual.IncorrectlyWorn, Tolerance);
    }
}
