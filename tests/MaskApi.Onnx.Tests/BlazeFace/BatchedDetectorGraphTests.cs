using MaskApi.Onnx.BlazeFace;
using MaskApi.Onnx.Graphs;
using MaskApi.Onnx.Tests.MobileNetV2;

namespace MaskApi.Onnx.Tests.BlazeFace;

public sealed class BatchedDetectorGraphTests
{
    /// <summary>Lower, and higher than a band of rows.</summary>
    [Theory]
    [InlineData(64, 96)]
    [InlineData(256, 64)]
    public void Each_input_of_a_batch_gets_the_answers_that_it_gets_alone(int height, int width)
    {
        const int count = 3;
        var anchors = height / 4 * (width / 4);
        var size = height * width * 3;
        var model = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "models", "blaze_face_tuned.onnx"));
        var pixels = RandomWeights.Pixels(seed: 1, count * size);

        var batch = OnnxRunner.Run(BatchedDetectorGraph.Derive(model), ("image", pixels, [count, height, width, 3]));

        for (var i = 0; i < count; i++)
        {
            var alone = OnnxRunner.Run(model, ("image", pixels[(i * size)..((i + 1) * size)], [1, height, width, 3]));
            foreach (var (name, values) in new[] { ("scores", 1), ("boxes", 4), ("keypoints", 12) })
            {
                var part = batch[name].AsSpan(i * anchors * values, anchors * values).ToArray();
                Assert.Equal(alone[name], part, static (a, b) => MathF.Abs(a - b) < 1e-5f);
            }
        }
    }

    [Fact]
    public void Another_model_is_refused()
    {
        var graph = new GraphBuilder("other");
        graph.Output(graph.Node("Neg", "y", [graph.Input("x", ElementType.Float32, 1)]), ElementType.Float32, 1);

        Assert.Throws<InvalidDataException>(() => BatchedDetectorGraph.Derive(graph.Build([])));
    }
}
