using System.Text;
using MaskApi.Training.Data;
using MaskApi.Training.Fitting;
using MaskApi.Training.Network;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace MaskApi.Training.Tests;

[Collection(TorchSerial.Name)]
public sealed class NetworkTests
{
    [Fact]
    public void A_convolution_of_stride_two_pads_below_and_to_the_right()
    {
        // A 3×3 window of ones over 1…16; with torch's own padding, the first sum would be 1+2+5+6.
        using var network = new MobileNetV2(new BackboneWeights(
            [
                new BlockWeights(
                    "stem",
                    [
                        new ConvolutionWeights(
                            ConvolutionKind.Plain, [1, 1, 1, 1, 1, 1, 1, 1, 1], [1, 1, 3, 3], [0.5f], 2, Relu6: false),
                    ],
                    Residual: false),
            ]));
        using var input = arange(1, 17, ScalarType.Float32).reshape(1, 1, 4, 4);
        using var output = network.forward(input);
        Assert.Equal([1, 1, 2, 2], output.shape);
        Assert.Equal([54.5f, 45.5f, 72.5f, 54.5f], output.data<float>().ToArray());
    }

    [Fact]
    public void A_residual_block_adds_its_input_and_relu6_stops_at_six()
    {
        using var network = new MobileNetV2(new BackboneWeights(
        [
            new BlockWeights(
                "0",
                [
                    new ConvolutionWeights(ConvolutionKind.Depthwise, [2, 10], [2, 1, 1, 1], [0, 1], 1, Relu6: true),
                    new ConvolutionWeights(ConvolutionKind.Project, [1, 0, 1, -1], [2, 2, 1, 1], [0, 0], 1, Relu6: false),
                ],
                Residual: true),
        ]));
        using var input = tensor([1f, 1f], [1, 2, 1, 1]);
        using var output = network.forward(input);
        // Depthwise: 2·1 = 2 and 10·1 + 1 = 11 → 6. Projected: 2 and 2 − 6 = −4. Plus the input.
        Assert.Equal([3f, -3f], output.data<float>().ToArray());
    }

    [Fact]
    public void Weights_survive_a_round_trip()
    {
        var weights = TestBackbone.Random();
        using var network = new MobileNetV2(weights);
        var back = network.ToWeights();
        Assert.Equal(weights.Blocks.Select(b => b.Name), back.Blocks.Select(b => b.Name));
        foreach (var (a, b) in weights.Blocks.SelectMany(b => b.Convolutions).Zip(back.Blocks.SelectMany(b => b.Convolutions)))
        {
            Assert.Equal(a.WeightShape, b.WeightShape);
            Assert.Equal(a.Weight, b.Weight);
            Assert.Equal(a.Bias, b.Bias);
        }
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void The_real_backbone_separates_pictures_and_matches_copies()
    {
        var folder = Repository.Shared("backbone");
        Assert.SkipWhen(folder is null, "The ImageNet backbone is missing (../shared/backbone).");
        using var network = new MobileNetV2(BackboneWeights.Load(folder!));
        network.eval();
        Assert.Equal(19, network.BlockCount);
        float[] Features(RgbImage image)
        {
            using var scope = NewDisposeScope();
            using var frozen = no_grad();
            var resized = Resampler.Resize(image, new SampleRect(0, 0, image.Width, image.Height), 224, 224);
            return MaskNetwork
                .Pool(network.forward(MaskNetwork.Preprocess(tensor(resized.Pixels, [1, 224, 224, 3]))))
                .data<float>()
                .ToArray();
        }

        var face = TestFaces.Picture(masked: false, new SeededRandom(5));
        var copy = RgbImage.Decode(face.ToJpeg(60), TestContext.Current.CancellationToken);
        var noise = new RgbImage(160, 180, [.. Enumerable.Range(0, 160 * 180 * 3).Select(i => (byte)new SeededRandom(9, i).Below(256))]);
        var (a, b, c) = (Features(face), Features(copy), Features(noise));
        Assert.Equal(1280, a.Length);
        Assert.All(a, v => Assert.InRange(v, 0, 6)); // ReLU6, averaged
        Assert.InRange(a.Count(v => v > 0.01f), 300, 1270); // neither dead nor saturated
        Assert.True(Cosine(a, b) > 0.9, $"a copy: {Cosine(a, b)}");
        Assert.True(Cosine(a, c) < Cosine(a, b) - 0.2, $"noise: {Cosine(a, c)}");
    }

    [Fact]
    public void Only_unfrozen_blocks_are_trained()
    {
        using var network = new MaskNetwork(TestBackbone.Random());
        var head = network.Unfreeze(network.Backbone.BlockCount);
        Assert.Equal(4, head.Count);
        Assert.Equal(4, network.parameters().Count(p => p.requires_grad));

        // Keras's top 30 layers: blocks 14, 15, 16 (three convolutions each) and the last one, with a weight and a bias each.
        var tuned = network.Unfreeze(network.Backbone.IndexOf("14"));
        Assert.Equal(4 + (2 * 10), tuned.Count);
        Assert.Equal(tuned.Count, network.parameters().Count(p => p.requires_grad));
    }

    [Theory]
    [Trait("Category", "Slow")]
    [InlineData(VerdictHead.Mask)]
    [InlineData(VerdictHead.MaskAndFit)]
    public void The_exported_model_matches_the_network_on_fifty_crops(VerdictHead head)
    {
        // Random weights amplify rounding more than trained ones, so their tolerance is wider.
        var folder = Repository.Shared("backbone");
        var tolerance = folder is null ? 1e-3f : 1e-4f;
        manual_seed(3);
        using var network = new MaskNetwork(folder is null ? TestBackbone.Random() : BackboneWeights.Load(folder), head: head);
        network.eval();
        var path = Path.Combine(Directory.CreateTempSubdirectory().FullName, "model.onnx");
        ClassifierExport.Write(network, 160, [1.7, 0.6], new Dictionary<string, string> { ["recipe"] = "test" }, path);
        using var session = new InferenceSession(path);
        Assert.Equal("test", session.ModelMetadata.CustomMetadataMap["recipe"]);
        Assert.Equal("1.7000", session.ModelMetadata.CustomMetadataMap["temperature"]);

        var random = new SeededRandom(4);
        for (var i = 0; i < 50; i++)
        {
            // Crops of many sizes, smaller and larger than the network's 160.
            var drawn = TestFaces.Picture(i % 2 == 0, random);
            var crop = Resampler.Resize(drawn, new SampleRect(0, 0, 160, 180), 12 + random.Below(400), 12 + random.Below(400));
            using var input = OrtValue.CreateTensorValueFromMemory(crop.Pixels, [1, crop.Height, crop.Width, 3]);
            using var options = new RunOptions();
            string[] names = head == VerdictHead.Mask
                ? ["logit", "mask_probability"]
                : ["logit", "mask_probability", "probabilities"];
            using var outputs = session.Run(options, ["crops"], [input], names);
            var (logit, probability) = (outputs[0].GetTensorDataAsSpan<float>()[0], outputs[1].GetTensorDataAsSpan<float>()[0]);

            using var scope = NewDisposeScope();
            using var frozen = no_grad();
            var picture = tensor(crop.Pixels, [1, crop.Height, crop.Width, 3]).permute(0, 3, 1, 2).to(ScalarType.Float32);
            var resized = nn.functional.interpolate(
                picture, [160, 160], mode: InterpolationMode.Bilinear, align_corners: false, antialias: true);
            var logits = network.forward((resized / 127.5) - 1).data<float>().ToArray();
            var expected = logits[0];
            Assert.Equal(expected, logit, tolerance);
            Assert.Equal(1 / (1 + Math.Exp(-expected / 1.7)), probability, tolerance);
            if (head == VerdictHead.MaskAndFit)
            {
                // The file has the order with, without, incorrect; the labels are numbered without, with, incorrect.
                var verdicts = outputs[2].GetTensorDataAsSpan<float>().ToArray();
                Assert.Equal(1, verdicts.Sum(), 1e-5f);
                double[] wanted = head.Probabilities(logits, [1.7, 0.6]);
                Assert.Equal(wanted[(int)FaceLabel.WithMask], verdicts[0], tolerance);
                Assert.Equal(wanted[(int)FaceLabel.WithoutMask], verdicts[1], tolerance);
                Assert.Equal(wanted[(int)FaceLabel.IncorrectMask], verdicts[2], tolerance);
            }
        }
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task A_bank_holds_the_frozen_blocks_output_for_each_view()
    {
        var backbone = TestBackbone.Random();
        using var network = new MaskNetwork(backbone);
        network.eval();
        var crops = TestFaces.Crops(5);
        var requests = crops
            .SelectMany((c, i) => Enumerable.Range(0, 2).Select(v => new SampleRequest(c, 96, new Augmentation(), (1, v, 10 + i))))
            .ToArray();
        var all = network.Backbone.BlockCount;
        int[] firstBlocks = [0, network.Backbone.IndexOf("7"), network.Backbone.IndexOf("15"), network.Backbone.IndexOf("last"), all];
        using var bank = await FeatureBank.BuildAsync(
            backbone, [10, 11, 12, 13, 14], requests, 2, firstBlocks.ToHashSet(), null, TestContext.Current.CancellationToken);

        // Not before the await: the setting belongs to the thread, and another thread may resume afterwards.
        using var frozen = no_grad();
        for (var i = 0; i < crops.Count; i++)
        {
            for (var view = 0; view < 2; view++)
            {
                using var picture = tensor(SampleRenderer.Render(requests[(2 * i) + view]).Pixels, [1, 96, 96, 3]);
                using var expected = network.forward(MaskNetwork.Preprocess(picture));
                foreach (var block in firstBlocks)
                {
                    using var logit = bank.Logits(network, [bank.Row(10 + i, view)], block, CPU);
                    // Block inputs are kept in half precision: eleven bits.
                    Assert.Equal(expected.item<float>(), logit.item<float>(), 0.01f);
                }
            }
        }
    }

    [Fact]
    public void Npy_files_are_read_and_others_refused()
    {
        var path = Path.GetTempFileName();
        var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }".PadRight(117) + "\n";
        byte[] start = [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.Latin1.GetBytes(header)];
        File.WriteAllBytes(path, [.. start, .. Enumerable.Range(0, 6).SelectMany(i => BitConverter.GetBytes((float)i))]);
        var array = NpyFile.Read(path);
        Assert.Equal([2, 3], array.Shape);
        Assert.Equal([0f, 1, 2, 3, 4, 5], array.Values);

        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^4]);
        Assert.Throws<InvalidDataException>(() => NpyFile.Read(path));
        File.WriteAllText(path, "not an array at all");
        Assert.Throws<InvalidDataException>(() => NpyFile.Read(path));
    }

    [Fact]
    public void A_symbol_version_is_weakened_and_nothing_else_changes()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The problem exists on Linux only.");
        var library = Directory.EnumerateFiles(AppContext.BaseDirectory, "libLibTorchSharp.so", SearchOption.AllDirectories).First();
        var original = File.ReadAllBytes(library);
        var changed = original.ToArray();
        Assert.Contains("GLIBCXX_3.4.32", ElfVersionNeeds.Strong(original));
        Assert.Equal(1, ElfVersionNeeds.Weaken(changed, "GLIBCXX_3.4.32"));
        Assert.DoesNotContain("GLIBCXX_3.4.32", ElfVersionNeeds.Strong(changed));
        Assert.Equal(ElfVersionNeeds.Strong(original).Count - 1, ElfVersionNeeds.Strong(changed).Count);
        Assert.Single(Enumerable.Range(0, original.Length), i => original[i] != changed[i]);
        Assert.Equal(0, ElfVersionNeeds.Weaken(changed, "GLIBCXX_3.4.32"));
        Assert.Throws<InvalidDataException>(
            () => ElfVersionNeeds.Strong("not a library, but long enough for a look at its header and sections"u8));
    }

    private static double Cosine(float[] a, float[] b) =>
        a.Zip(b).Sum(p => (double)p.First * p.Second) / Math.Sqrt(a.Sum(v => (double)v * v) * b.Sum(v => (double)v * v));
}
