using MaskApi.Vision.Detection.BlazeFace;
using MaskApi.Vision.Geometry;

namespace MaskApi.Vision.Tests.Detection.BlazeFace;

public sealed class PassTransformTests
{
    private static readonly DetectionPass _plain = new()
    {
        Region = new PixelBox(10, 20, 60, 40),
        SampleWidth = 120,
        SampleHeight = 80,
        Core = new PixelBox(0, 0, 1000, 1000),
    };

    [Fact]
    public void A_quarter_turn_clockwise_moves_the_left_edge_to_the_top()
    {
        var pass = _plain with { Rotation = 90 };
        Assert.Equal((96, 128), (pass.InputWidth, pass.InputHeight));

        // The sample, 80 wide when rotated, is centered in the 96: its bottom left corner is at the top left.
        var map = new PassTransform(pass);
        AssertNear(0, 80, map.ToSample(8, 4));
        AssertNear(0, 0, map.ToSample(88, 4));
        AssertNear(120, 80, map.ToSample(8, 124));
    }

    [Fact]
    public void A_face_found_in_a_rotated_pass_maps_back_to_its_place()
    {
        foreach (var rotation in new[] { 0f, 90, 180, 270, 30, 45, 135 })
        {
            var pass = _plain with { Rotation = rotation };

            // A square of 16 input pixels (8 in the picture) at the center of the input, which shows the center of the region.
            var face = Face(pass, 8, 8);
            new PassTransform(pass).ToPicture(ref face);
            AssertNear(40, 40, face.Box.Center);
            Assert.Equal(8, face.Box.Width, 1e-3f);
            Assert.Equal(8, face.Box.Height, 1e-3f);

            // The nose, below the center in the input, points to where the rotated picture's bottom was.
            var (sin, cos) = MathF.SinCos(rotation * MathF.PI / 180);
            AssertNear(40 + (4 * sin), 40 + (4 * cos), face.Landmarks.NoseTip);
        }
    }

    [Fact]
    public void A_quarter_turn_swaps_a_faces_width_and_height()
    {
        var pass = _plain with { Rotation = 90 };
        var face = Face(pass, 4, 8);
        new PassTransform(pass).ToPicture(ref face);
        Assert.Equal((8, 4), (MathF.Round(face.Box.Width, 3), MathF.Round(face.Box.Height, 3)));
    }

    [Fact]
    public void A_mirrored_face_gets_left_and_right_back()
    {
        var pass = _plain with { Mirrored = true };
        var face = Face(pass, 8, 8);
        (face[4], face[6]) = (0.4f, 0.6f);
        new PassTransform(pass).ToPicture(ref face);
        Assert.True(face.Landmarks.RightEye.X < face.Landmarks.LeftEye.X);
        AssertNear(40, 40, face.Box.Center);
    }

    [Fact]
    public void The_input_matches_the_transform()
    {
        var random = new Random(5);
        var sample = new byte[(_plain.SampleWidth * _plain.SampleHeight * 3) + 1];
        random.NextBytes(sample);
        DetectionPass[] passes =
        [
            _plain with { Rotation = 90 }, _plain with { Rotation = 180 }, _plain with { Rotation = 270 }, _plain with { Mirrored = true },
        ];
        foreach (var pass in passes)
        {
            var input = new byte[pass.InputWidth * pass.InputHeight * 3];
            random.NextBytes(input);
            RotatedSample.Fill(sample, pass, input);
            var map = new PassTransform(pass);
            for (var y = 0; y < pass.InputHeight; y++)
            {
                for (var x = 0; x < pass.InputWidth; x++)
                {
                    // Multiples of 90° map whole pixels to whole pixels.
                    var from = map.ToSample(x + 0.5f, y + 0.5f);
                    var (column, row) = ((int)MathF.Floor(from.X), (int)MathF.Floor(from.Y));
                    var inside = column >= 0 && row >= 0 && column < pass.SampleWidth && row < pass.SampleHeight;
                    for (var channel = 0; channel < 3; channel++)
                    {
                        var expected = inside ? sample[(((row * pass.SampleWidth) + column) * 3) + channel] : 0;
                        Assert.InRange(input[(((y * pass.InputWidth) + x) * 3) + channel], expected - 1, expected + 1);
                    }
                }
            }
        }
    }

    [Fact]
    public void Half_a_turn_puts_the_last_pixel_first()
    {
        var pass = new DetectionPass { Region = new PixelBox(0, 0, 32, 32), SampleWidth = 32, SampleHeight = 32, Rotation = 180 };
        var sample = new byte[(32 * 32 * 3) + 1];
        (sample[^4], sample[^3], sample[^2], sample[^1]) = (10, 20, 30, 40);
        var input = new byte[32 * 32 * 3];
        RotatedSample.Fill(sample, pass, input);
        Assert.Equal([10, 20, 30], input[..3]);
        Assert.All(input[3..], value => Assert.Equal(0, value));
    }

    private static FaceGeometry Face(DetectionPass pass, float width, float height)
    {
        var face = default(FaceGeometry);
        var (halfWidth, halfHeight) = (width * pass.Scale / 2 / pass.InputWidth, height * pass.Scale / 2 / pass.InputHeight);
        (face[0], face[1], face[2], face[3]) = (0.5f - halfWidth, 0.5f - halfHeight, 0.5f + halfWidth, 0.5f + halfHeight);
        for (var i = 4; i < FaceGeometry.Length; i++)
        {
            face[i] = 0.5f;
        }

        // The nose tip is the third key point.
        face[9] = 0.5f + halfHeight;
        return face;
    }

    private static void AssertNear(float x, float y, PixelPoint point)
    {
        Assert.Equal(x, point.X, 1e-2f);
        Assert.Equal(y, point.Y, 1e-2f);
    }
}
