using MaskApi.Vision.Detection;

namespace MaskApi.Vision.Tests.Detection;

public sealed class ScoreCalibrationTests
{
    [Theory]
    [InlineData(DetectionDetail.Fast)]
    [InlineData(DetectionDetail.Auto)]
    [InlineData(DetectionDetail.High)]
    public void More_evidence_is_more_confidence_and_never_leaves_0_to_1(DetectionDetail detail)
    {
        var last = 0f;
        for (var evidence = 0f; evidence <= 1; evidence += 0.01f)
        {
            var confidence = ScoreCalibration.Apply(evidence, detail);
            Assert.InRange(confidence, last, 1);
            last = confidence;
        }

        Assert.InRange(ScoreCalibration.Apply(0, detail), 0, 0.001f);
        Assert.InRange(ScoreCalibration.Apply(1, detail), 0.999f, 1);
    }

    [Fact]
    public void The_more_looks_a_plan_has_the_more_evidence_it_asks_for()
    {
        Assert.True(ScoreCalibration.Apply(0.5f, DetectionDetail.Fast) > ScoreCalibration.Apply(0.5f, DetectionDetail.Auto));
        Assert.True(ScoreCalibration.Apply(0.5f, DetectionDetail.Auto) > ScoreCalibration.Apply(0.5f, DetectionDetail.High));
    }
}
