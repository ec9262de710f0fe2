using MaskApi.Vision.Detection;
using MaskApi.Vision.Inference;

namespace MaskApi.Vision.Tests.Inference;

public sealed class SharedCoresTests
{
    /// <summary>Parallel passes and runs on several threads change nothing, bit for bit.</summary>
    [Theory]
    [InlineData(DetectionDetail.Auto)]
    [InlineData(DetectionDetail.High)]
    public void Idle_and_busy_cores_find_the_same(DetectionDetail detail)
    {
        using var pipeline = FacePipeline.Load(new VisionOptions());
        using var picture = TestPictures.Decode(TestPictures.Read("astronaut.jpg"));
        FaceAnalysis Analyze() => pipeline.Analyze(picture, new AnalysisOptions { Detail = detail }, CancellationToken.None);

        var alone = Analyze();
        var busy = WhileInWork(Environment.ProcessorCount, Analyze);
        Assert.NotEmpty(alone.Faces);
        Assert.Equal(alone.Faces, busy.Faces);
        Assert.Equal(alone.DetectionCost, busy.DetectionCost);
    }

    [Fact]
    public void Cores_are_not_idle_while_each_has_a_picture() =>
        Assert.False(WhileInWork(Environment.ProcessorCount, static () => SharedCores.AreIdle));

    [Fact]
    public void Every_number_is_called_once()
    {
        var calls = new int[100];
        SharedCores.For(calls.Length, i => Interlocked.Increment(ref calls[i]), CancellationToken.None);
        Assert.All(calls, static count => Assert.Equal(1, count));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void The_exception_of_a_call_arrives_as_it_is(int count) =>
        Assert.ThrowsAny<OperationCanceledException>(
            () => SharedCores.For(count, static _ => { }, new CancellationToken(canceled: true)));

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void A_canceled_token_ends_the_calls(int count) =>
        Assert.ThrowsAny<OperationCanceledException>(() => SharedCores.For(count, static _ => { }, new CancellationToken(canceled: true)));

    private static T WhileInWork<T>(int pictures, Func<T> work)
    {
        if (pictures == 0)
        {
            return work();
        }

        using var picture = SharedCores.EnterPicture();
        return WhileInWork(pictures - 1, work);
    }
}
