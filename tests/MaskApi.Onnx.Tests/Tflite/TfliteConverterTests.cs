using MaskApi.Onnx.Tflite;

namespace MaskApi.Onnx.Tests.Tflite;

/// <summary>Checks every operator against values worked out by hand from TensorFlow's definition.</summary>
public sealed class TfliteConverterTests
{
    private const sbyte Same = 0;
    private const sbyte Valid = 1;

    // 1 to 16 in a 4×4 picture, a 3×3 kernel of ones, stride 2: SAME pads nothing before and one after, so the windows
    // start at 0 and 2. PyTorch's symmetric padding would start at −1 and give 14, 30, 57, 99.
    [Fact]
    public void Conv_same_stride_2_on_an_even_size_pads_after() =>
        AssertConvolution(4, kernel: 3, stride: 2, Same, [54, 45, 72, 54]);

    // 1 to 25 in a 5×5 picture: one before and one after.
    [Fact]
    public void Conv_same_stride_2_on_an_odd_size_pads_both_sides() =>
        AssertConvolution(5, kernel: 3, stride: 2, Same, [16, 33, 28, 69, 117, 87, 76, 123, 88]);

    // A 5-wide kernel with stride 2 on size 4: three zeros in total, one before and two after.
    [Fact]
    public void Conv_same_with_a_5_wide_kernel_pads_the_odd_zero_after() =>
        AssertConvolution(4, kernel: 5, stride: 2, Same, [136, 108, 126, 99]);

    [Fact]
    public void Conv_same_stride_1_keeps_the_size() =>
        AssertConvolution(3, kernel: 3, stride: 1, Same, [12, 21, 16, 27, 45, 33, 24, 39, 28]);

    [Fact]
    public void Conv_valid_pads_nothing() => AssertConvolution(4, kernel: 3, stride: 1, Valid, [54, 63, 90, 99]);

    // Kernel OHWI: two outputs, one row, two columns, two inputs. The picture is one row of three pixels (1,10) (2,20) (3,30).
    [Fact]
    public void Conv_reads_kernels_as_output_height_width_input()
    {
        var writer = new TfliteWriter();
        var input = writer.Value("x", 1, 1, 3, 2);
        var kernel = writer.Floats("k", [1, 2, 3, 4, 5, 6, 7, 8], 2, 1, 2, 2);
        var bias = writer.Floats("b", [0.5f, -0.5f], 2);
        var output = writer.Value("y", 1, 1, 2, 2);
        writer.Operator(TfliteOperatorCode.Conv2D, [input, kernel, bias], output, (0, Valid), (1, 1), (2, 1));

        // At pixel 0: 1·1 + 10·2 + 2·3 + 20·4 + 0.5 = 107.5; 1·5 + 10·6 + 2·7 + 20·8 − 0.5 = 238.5.
        // At pixel 1: 2·1 + 20·2 + 3·3 + 30·4 + 0.5 = 171.5; 2·5 + 20·6 + 3·7 + 30·8 − 0.5 = 390.5.
        AssertOutput(writer, [input], [output], [1, 10, 2, 20, 3, 30], [107.5f, 238.5f, 171.5f, 390.5f]);
    }

    [Fact]
    public void Conv_strides_and_dilations_are_per_axis()
    {
        var writer = new TfliteWriter();
        var input = writer.Value("x", 1, 3, 5, 1);
        var kernel = writer.Floats("k", [1, 1], 1, 1, 2, 1);
        var output = writer.Value("y", 1, 3, 2, 1);
        // Width: stride 2, dilation 2; height: both 1. Windows read columns (0, 2) and (2, 4).
        writer.Operator(
            TfliteOperatorCode.Conv2D, [input, kernel], output, (0, Valid), (1, 2), (2, 1), (4, 2), (5, 1));

        AssertOutput(writer, [input], [output], Count(15), [1 + 3, 3 + 5, 6 + 8, 8 + 10, 11 + 13, 13 + 15]);
    }

    // Two channels with multiplier 2: outputs 0 and 1 read channel 0, outputs 2 and 3 read channel 1.
    [Fact]
    public void Depthwise_conv_keeps_channels_apart()
    {
        var writer = new TfliteWriter();
        var input = writer.Value("x", 1, 1, 2, 2);
        var kernel = writer.Floats("k", [1, 2, 3, 4, 5, 6, 7, 8], 1, 1, 2, 4);
        var bias = writer.Floats("b", [0, 0, 0, 100], 4);
        var output = writer.Value("y", 1, 1, 1, 4);
        writer.Operator(TfliteOperatorCode.DepthwiseConv2D, [input, kernel, bias], output, (0, Valid), (1, 1), (2, 1), (3, 2));

        // Channel 0 is (1, 2), channel 1 is (10, 20): 1·1 + 2·5, 1·2 + 2·6, 10·3 + 20·7, 10·4 + 20·8 + 100.
        AssertOutput(writer, [input], [output], [1, 10, 2, 20], [11, 14, 170, 300]);
    }

    [Fact]
    public void Depthwise_conv_same_stride_2_pads_after()
    {
        var writer = new TfliteWriter();
        var input = writer.Value("x", 1, 4, 4, 1);
        var kernel = writer.Floats("k", Enumerable.Repeat(1f, 9).ToArray(), 1, 3, 3, 1);
        var bias = writer.Floats("b", [0], 1);
        var output = writer.Value("y", 1, 2, 2, 1);
        writer.Operator(TfliteOperatorCode.DepthwiseConv2D, [input, kernel, bias], output, (0, Same), (1, 2), (2, 2), (3, 1));

        AssertOutput(writer, [input], [output], Count(16), [54, 45, 72, 54]);
    }

    [Theory]
    [InlineData(0, new float[] { -3, 2, 9 })]
    [InlineData(1, new float[] { 0, 2, 9 })]
    [InlineData(3, new float[] { 0, 2, 6 })]
    public void Fused_activations_limit_the_sum(int activation, float[] expected)
    {
        var writer = new TfliteWriter();
        var input = writer.Value("x", 1, 3);
        var addend = writer.Floats("c", [1, 1, 1], 1, 3);
        var output = writer.Value("y", 1, 3);
        writer.Operator(TfliteOperatorCode.Add, [input, addend], output, (0, (sbyte)activation));

        AssertOutput(writer, [input], [output], [-4, 1, 8], expected);
    }

    [Fact]
    public void Other_fused_activations_are_refused()
    {
        var writer = new TfliteWriter();
        var input = writer.Value("x", 1, 3);
        var output = writer.Value("y", 1, 3);
        writer.Operator(TfliteOperatorCode.Add, [input, input], output, (0, (sbyte)4));

        Assert.Throws<NotSupportedException>(() => Convert(writer, [input], [output]));
    }

    // A per-channel constant, with one axis or four, must hit the right channel although pictures are kept as NCHW.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Add_broadcasts_constants_over_channels(bool fourAxes)
    {
        var writer = new TfliteWriter();
        var input = writer.Value("x", 1, 1, 2, 3);
        var addend = fourAxes ? writer.Floats("c", [10, 20, 30], 1, 1, 1, 3) : writer.Floats("c", [10, 20, 30], 3);
        var output = writer.Value("y", 1, 1, 2, 3);
        writer.Operator(TfliteOperatorCode.Add, [input, addend], output);

        AssertOutput(writer, [input], [output], Count(6), [11, 22, 33, 14, 25, 36]);
    }

    [Fact]
    public void Relu_and_relu6_limit()
    {
        var writer = new TfliteWriter();
        var input = writer.Value("x", 1, 3);
        var relu = writer.Value("relu", 1, 3);
        var relu6 = writer.Value("relu6", 1, 3);
        writer.Operator(TfliteOperatorCode.Relu, [input], relu);
        writer.Operator(TfliteOperatorCode.Relu6, [input], relu6);

        AssertOutput(writer, [input], [relu], [-1, 5, 7], [0, 5, 7]);
        AssertOutput(writer, [input], [relu6], [-1, 5, 7], [0, 5, 6]);
    }

    // 2×2 windows, stride 2, on 3×3: SAME pads one after. Padding never wins, even among negative numbers.
    [Fact]
    public void Max_pool_same_on_an_odd_size_ignores_the_padding()
    {
        var writer = new TfliteWriter();
        var input = writer.Value("x", 1, 3, 3, 1);
        var output = writer.Value("y", 1, 2, 2, 1);
        writer.Operator(TfliteOperatorCode.MaxPool2D, [input], output, (0, Same), (1, 2), (2, 2), (3, 2), (4, 2));

        AssertOutput(writer, [input], [output], [-9, -8, -7, -6, -5, -4, -3, -2, -1], [-5, -4, -2, -1]);
    }

    // Paddings are per NHWC axis; rows, columns and channels must not be mixed up.
    [Fact]
    public void Pad_adds_zeros_to_the_axis_it_names()
    {
        var writer = new TfliteWriter();
        var input = writer.Value("x", 1, 1, 2, 1);
        var paddings = writer.Integers("p", [0, 0, 1, 0, 0, 1, 1, 0], 4, 2);
        var output = writer.Value("y", 1, 2, 3, 2);
        writer.Operator(TfliteOperatorCode.Pad, [input, paddings], output);

        AssertOutput(writer, [input], [output], [5, 6], [0, 0, 0, 0, 0, 0, 0, 5, 0, 6, 0, 0]);
    }

    // One row (10, 20) to four columns. Half-pixel centers sample at −¼, ¼, ¾, 1¼; aligned corners at 0, ⅓, ⅔, 1;
    // TensorFlow's legacy mode at 0, ½, 1, 1½.
    [Theory]
    [InlineData(false, true, new float[] { 10, 12.5f, 17.5f, 20 })]
    [InlineData(true, false, new float[] { 10, 13.333333f, 16.666667f, 20 })]
    [InlineData(false, false, new float[] { 10, 15, 20, 20 })]
    public void Resize_bilinear_enlarges(bool alignCorners, bool halfPixelCenters, float[] expected) =>
        AssertResize([10, 20], 1, 2, 1, 4, alignCorners, halfPixelCenters, expected);

    // Four rows to two: half-pixel centers sample at ½ and 2½, aligned corners at 0 and 3, the legacy mode at 0 and 2.
    [Theory]
    [InlineData(false, true, new float[] { 15, 35 })]
    [InlineData(true, false, new float[] { 10, 40 })]
    [InlineData(false, false, new float[] { 10, 30 })]
    public void Resize_bilinear_shrinks(bool alignCorners, bool halfPixelCenters, float[] expected) =>
        AssertResize([10, 20, 30, 40], 4, 1, 2, 1, alignCorners, halfPixelCenters, expected);

    // Both axes at once, 2×2 to 4×4, half-pixel centers: weights ¾ and ¼ along each axis.
    [Fact]
    public void Resize_bilinear_interpolates_along_both_axes() =>
        AssertResize(
            [0, 4, 8, 12],
            2,
            2,
            4,
            4,
            alignCorners: false,
            halfPixelCenters: true,
            [0, 1, 3, 4, 2, 3, 5, 6, 6, 7, 9, 10, 8, 9, 11, 12]);

    [Fact]
    public void Resize_bilinear_refuses_both_flags_at_once() =>
        Assert.Throws<NotSupportedException>(() => AssertResize([1, 2], 1, 2, 1, 4, alignCorners: true, halfPixelCenters: true, []));

    // A reshape reveals the axis order: pixels stay together, not channels.
    [Fact]
    public void Reshape_keeps_the_order_of_pixels()
    {
        var writer = new TfliteWriter();
        var input = writer.Value("x", 1, 2, 2, 3);
        var output = writer.Value("y", 1, 4, 3);
        writer.Operator(TfliteOperatorCode.Reshape, [input], output);

        AssertOutput(writer, [input], [output], Count(12), Count(12));
    }

    [Theory]
    [InlineData(3, new[] { 1, 1, 2, 4 }, new float[] { 1, 2, 1, 2, 3, 4, 3, 4 })]
    [InlineData(-1, new[] { 1, 1, 2, 4 }, new float[] { 1, 2, 1, 2, 3, 4, 3, 4 })]
    [InlineData(2, new[] { 1, 1, 4, 2 }, new float[] { 1, 2, 3, 4, 1, 2, 3, 4 })]
    public void Concatenation_joins_pictures_along_the_axis_it_names(int axis, int[] shape, float[] expected)
    {
        var writer = new TfliteWriter();
        var input = writer.Value("x", 1, 1, 2, 2);
        var output = writer.Value("y", shape);
        writer.Operator(TfliteOperatorCode.Concatenation, [input, input], output, (0, axis));

        AssertOutput(writer, [input], [output], Count(4), expected);
    }

    [Fact]
    public void Concatenation_keeps_its_inputs_in_order()
    {
        var writer = new TfliteWriter();
        var input = writer.Value("x", 1, 2, 1);
        var more = writer.Value("more", 1, 2, 1);
        var addend = writer.Floats("c", [10, 10], 1, 2, 1);
        var output = writer.Value("y", 1, 4, 1);
        writer.Operator(TfliteOperatorCode.Add, [input, addend], more);
        writer.Operator(TfliteOperatorCode.Concatenation, [more, input], output, (0, 1));

        AssertOutput(writer, [input], [output], [1, 2], [11, 12, 1, 2]);
    }

    // 0.1 in half precision is 0.0999755859375; the largest half is 65504; the smallest subnormal is 2^-24.
    [Fact]
    public void Dequantize_widens_half_precision_exactly()
    {
        var writer = new TfliteWriter();
        var input = writer.Value("x", 1, 3);
        var halves = writer.Halves("h", [(Half)0.1f, Half.MaxValue, Half.Epsilon], 1, 3);
        var constant = writer.Value("c", 1, 3);
        var output = writer.Value("y", 1, 3);
        writer.Operator(TfliteOperatorCode.Dequantize, [halves], constant);
        writer.Operator(TfliteOperatorCode.Add, [input, constant], output);

        AssertOutput(writer, [input], [output], [0, 0, 0], [0.0999755859375f, 65504f, 5.9604645e-8f], tolerance: 0);
    }

    [Fact]
    public void Unknown_operators_are_named()
    {
        var writer = new TfliteWriter();
        var input = writer.Value("x", 1, 3);
        var output = writer.Value("y", 1, 3);
        writer.Operator((TfliteOperatorCode)124, [input], output); // DENSIFY, as in MediaPipe's sparse model

        var exception = Assert.Throws<NotSupportedException>(() => Convert(writer, [input], [output]));

        Assert.Contains("124", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Codes_above_127_are_read_from_the_wide_field()
    {
        var writer = new TfliteWriter();
        var input = writer.Value("x", 1, 3);
        var output = writer.Value("y", 1, 3);
        writer.Operator((TfliteOperatorCode)150, [input], output);

        var model = TfliteModel.Parse(writer.Finish([input], [output]));

        Assert.Equal(150, (int)model.Operators[0].Code);
    }

    [Fact]
    public void A_constant_of_the_wrong_length_is_refused()
    {
        var writer = new TfliteWriter();
        var input = writer.Value("x", 1, 3);
        var constant = writer.Floats("short", [1f, 2f], 1, 3);
        var output = writer.Value("y", 1, 3);
        writer.Operator(TfliteOperatorCode.Add, [input, constant], output);

        var exception = Assert.Throws<InvalidDataException>(() => Convert(writer, [input], [output]));

        Assert.Contains("'short'", exception.Message, StringComparison.Ordinal);
    }

    // Applies a kernel of ones to 1, 2, 3, … in a square picture, so each value is the sum of the pixels under the kernel.
    private static void AssertConvolution(int size, int kernel, int stride, sbyte padding, float[] expected)
    {
        var side = (int)Math.Sqrt(expected.Length);
        var writer = new TfliteWriter();
        var input = writer.Value("x", 1, size, size, 1);
        var ones = writer.Floats("k", Enumerable.Repeat(1f, kernel * kernel).ToArray(), 1, kernel, kernel, 1);
        var bias = writer.Floats("b", [0f], 1);
        var output = writer.Value("y", 1, side, side, 1);
        writer.Operator(TfliteOperatorCode.Conv2D, [input, ones, bias], output, (0, padding), (1, stride), (2, stride));

        AssertOutput(writer, [input], [output], Count(size * size), expected);
    }

    private static void AssertResize(
        float[] pixels, int height, int width, int newHeight, int newWidth, bool alignCorners, bool halfPixelCenters, float[] expected)
    {
        var writer = new TfliteWriter();
        var input = writer.Value("x", 1, height, width, 1);
        var size = writer.Integers("s", [newHeight, newWidth], 2);
        var output = writer.Value("y", 1, newHeight, newWidth, 1);
        writer.Operator(TfliteOperatorCode.ResizeBilinear, [input, size], output, (2, alignCorners), (3, halfPixelCenters));

        AssertOutput(writer, [input], [output], pixels, expected);
    }

    private static void AssertOutput(
        TfliteWriter writer, int[] inputs, int[] outputs, float[] values, float[] expected, float tolerance = 1e-4f)
    {
        var model = TfliteModel.Parse(writer.Finish(inputs, outputs));
        var shape = model.Tensors[inputs[0]].Shape.Select(size => (long)size).ToArray();

        var actual = OnnxRunner.Run(
            TfliteConverter.Convert(model, "test", []), (model.Tensors[inputs[0]].Name, values, shape)).Values.Single();

        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance, $"element {i}: expected {expected[i]}, was {actual[i]}");
        }
    }

    private static byte[] Convert(TfliteWriter writer, int[] inputs, int[] outputs) =>
        TfliteConverter.Convert(TfliteModel.Parse(writer.Finish(inputs, outputs)), "test", []);

    private static float[] Count(int count) => [.. Enumerable.Range(1, count).Select(value => (float)value)];
}
