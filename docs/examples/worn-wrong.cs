#:package SkiaSharp
#:package SkiaSharp.NativeAssets.Linux.NoDependencies
#:property PublishAot=false
#:property RestorePackagesWithLockFile=false

// Paints the page's example of incorrectly worn masks onto the public-domain portrait:
//   dotnet run docs/examples/worn-wrong.cs -- src/MaskApi/wwwroot/examples
using SkiaSharp;

var folder = args[0];
using var portrait = SKBitmap.Decode(Path.Combine(folder, "portrait.jpg"));

// Head and shoulders, twice: the mask below the nose, and on the chin.
var head = new SKRectI(105, 0, 345, 300);
(float X, float Y, float Width, float Height, float Turn)[] masks =
    [(223, 161, 1, 0.72f, 2), (222, 180, 0.98f, 0.62f, 2)];
using var picture = new SKBitmap(head.Width * masks.Length, head.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
using var canvas = new SKCanvas(picture);
for (var i = 0; i < masks.Length; i++)
{
    canvas.Save();
    canvas.Translate((i * head.Width) - head.Left, -head.Top);
    canvas.ClipRect(head);
    canvas.DrawBitmap(portrait, 0, 0);
    PaintMask(masks[i]);
    canvas.Restore();
}

using var file = File.Create(Path.Combine(folder, "worn-wrong.jpg"));
picture.Encode(file, SKEncodedImageFormat.Jpeg, 88);

void PaintMask((float X, float Y, float Width, float Height, float Turn) mask)
{
    using var strap = new SKPaint { IsAntialias = true, Style = SKPaintStyle.Stroke, StrokeWidth = 1.4f };
    strap.Color = new SKColor(0xE8, 0xEC, 0xEF);
    var (half, top) = (39 * mask.Width, 20 * mask.Height);
    canvas.DrawLine(180, 120, mask.X - half, mask.Y - top, strap);
    canvas.DrawLine(268, 126, mask.X + half, mask.Y - top + 3, strap);
    canvas.DrawLine(180, 126, mask.X - (30 * mask.Width), mask.Y + (18 * mask.Height), strap);
    canvas.DrawLine(268, 132, mask.X + (30 * mask.Width), mask.Y + (18 * mask.Height) + 2, strap);

    canvas.Translate(mask.X, mask.Y);
    canvas.RotateDegrees(mask.Turn);
    canvas.Scale(mask.Width, mask.Height);
    using var cloth = SKPath.ParseSvgPathData("M-40-26Q0-44 40-26Q41 6 24 26Q0 44-24 26Q-41 6-40-26Z");
    using var blue = new SKPaint { IsAntialias = true };
    blue.Shader = SKShader.CreateLinearGradient(
        new SKPoint(-40, -30), new SKPoint(40, 30), [new SKColor(0x86, 0xBE, 0xDE), new SKColor(0x4B, 0x8D, 0xB8)], SKShaderTileMode.Clamp);
    canvas.DrawPath(cloth, blue);
    using var pleat = new SKPaint { IsAntialias = true, Style = SKPaintStyle.Stroke, StrokeWidth = 1.5f };
    pleat.Color = new SKColor(0x2F, 0x6B, 0x94, 0xA0);
    canvas.DrawPath(cloth, pleat);
    foreach (var y in new[] { -12, 2, 16 })
    {
        using var fold = SKPath.ParseSvgPathData($"M{-38 + (y / 3)} {y}Q0 {y - 9} {38 - (y / 3)} {y}");
        canvas.DrawPath(fold, pleat);
    }
}
