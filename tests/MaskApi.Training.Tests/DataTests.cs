using MaskApi.Training.Commands;
using MaskApi.Training.Data;
using MaskApi.Vision.Detection;
using MaskApi.Vision.Geometry;
using MaskApi.Vision.Imaging;
using static TorchSharp.torch;

namespace MaskApi.Training.Tests;

[Collection(TorchSerial.Name)]
public sealed class DataTests
{
    [Fact]
    public void A_split_has_the_original_projects_sizes()
    {
        int[] classes = [.. Enumerable.Repeat(1, 690), .. Enumerable.Repeat(0, 686)];
        var split = Split.HoldOut(classes, [.. Enumerable.Range(0, 1376)], 0.2, seed: 3);
        Assert.Equal((552, 549), (split.Train.Count(i => classes[i] == 1), split.Train.Count(i => classes[i] == 0)));
        Assert.Equal((138, 137), (split.Validation.Count(i => classes[i] == 1), split.Validation.Count(i => classes[i] == 0)));
        Assert.Equal(Enumerable.Range(0, 1376), split.Train.Concat(split.Validation).Order());
        Assert.Equal(split.Validation, Split.HoldOut(classes, [.. Enumerable.Range(0, 1376)], 0.2, seed: 3).Validation);
        Assert.NotEqual(split.Validation, Split.HoldOut(classes, [.. Enumerable.Range(0, 1376)], 0.2, seed: 4).Validation);
    }

    [Fact]
    public void No_group_is_on_both_sides_of_a_split_or_in_two_folds()
    {
        var random = new SeededRandom(1);
        int[] groups = [.. Enumerable.Range(0, 500).Select(_ => random.Below(150))];
        int[] classes = [.. Enumerable.Range(0, 500).Select(_ => random.Below(2))];
        var split = Split.HoldOut(classes, groups, 0.2, 1);
        Assert.Empty(split.Train.Select(i => groups[i]).Intersect(split.Validation.Select(i => groups[i])));
        Assert.InRange(split.Validation.Count, 80, 100);

        var folds = Split.Folds(classes, groups, 5, 1);
        Assert.Equal(Enumerable.Range(0, 500), folds.SelectMany(f => f.Validation).Order());
        Assert.All(folds, f => Assert.Empty(f.Train.Select(i => groups[i]).Intersect(f.Validation.Select(i => groups[i]))));
        Assert.All(folds, f => Assert.InRange(f.Validation.Count(i => classes[i] == 1), 40, 65));
    }

    [Fact]
    public void Copies_are_recognized_and_unrelated_pictures_are_not()
    {
        static LabelledCrop Crop(RgbImage image, string name)
        {
            var box = new PixelBox(0.2f * image.Width, 0.2f * image.Height, 0.6f * image.Width, 0.6f * image.Height);
            var crop = new LabelledCrop(
                "drawn", name, string.Empty, FaceLabel.WithMask, BoxOrigin.Annotation, 0, image.Width, image.Height, box,
                new(0, 0, image.Width, image.Height), 0, PerceptualHash.Of(image, new SampleRect(0, 0, image.Width, image.Height)),
                string.Empty, string.Empty, image.ToJpeg(92));
            return crop with { CropHash = PerceptualHash.Of(image, crop.ServiceRect(box, image)) };
        }

        var face = TestFaces.Picture(masked: true, new SeededRandom(1));
        var all = new SampleRect(0, 0, face.Width, face.Height);
        var small = Resampler.Resize(face, all, 70, 80);
        var poor = RgbImage.Decode(face.ToJpeg(30), TestContext.Current.CancellationToken);
        var bright = face with { Pixels = [.. face.Pixels.Select(p => (byte)Math.Min(255, (p * 0.8) + 40))] };
        var rotated = Resampler.Rotate(face, 4, 1, 160, 180);
        var mirrored = face with { Pixels = [.. face.Pixels] };
        Photometry.Mirror(mirrored);
        var original = Crop(face, "original");
        (RgbImage, string)[] copies =
            [(small, "small"), (poor, "poor"), (bright, "bright"), (rotated, "rotated"), (mirrored, "mirrored")];
        foreach (var (copy, name) in copies)
        {
            Assert.True(NearDuplicates.Alike(original, Crop(copy, name)), name);
        }

        for (var seed = 2; seed < 42; seed++)
        {
            // Unrelated pictures with nothing in common.
            var stranger = new RgbImage(160, 180);
            var random = new SeededRandom(seed);
            for (var blob = 0; blob < 30; blob++)
            {
                var (x0, y0) = (random.Below(140), random.Below(160));
                var (w, h, shade) = (10 + random.Below(60), 10 + random.Below(60), (byte)random.Below(256));
                for (var y = y0; y < Math.Min(180, y0 + h); y++)
                {
                    stranger.Pixels.AsSpan(((y * 160) + x0) * 3, Math.Min(w, 160 - x0) * 3).Fill(shade);
                }
            }

            Assert.False(NearDuplicates.Alike(original, Crop(stranger, $"stranger {seed}")), $"stranger {seed}");
        }
    }

    [Fact]
    public void Near_duplicates_share_a_group_through_others()
    {
        var face = TestFaces.Crops(1)[0];
        LabelledCrop Made(string picture, ulong hash) => face with { Picture = picture, CropHash = hash, PictureHash = hash };
        // a–b and b–c differ in 12 bits each, a–c in 24. d differs from all in half of its bits. e is from the same picture as c.
        LabelledCrop[] set =
        [
            Made("a", 0), Made("b", 0xFFF), Made("c", 0xFFF_FFF), Made("d", 0x0F0F_0F0F_0F0F_0F0F), Made("c", 0x3333_3333_3333_3333),
        ];
        var groups = NearDuplicates.Group(set);
        Assert.Equal([0, 0, 0, 3, 0], groups);
    }

    [Theory]
    [InlineData(160, 180, 224, 224)]
    [InlineData(500, 300, 224, 224)]
    [InlineData(31, 977, 64, 48)]
    [InlineData(224, 224, 224, 224)]
    public void Resizing_is_torchs_antialiased_bilinear(int width, int height, int toWidth, int toHeight)
    {
        var random = new SeededRandom(width);
        var image = new RgbImage(width, height);
        for (var i = 0; i < image.Pixels.Length; i++)
        {
            image.Pixels[i] = (byte)random.Below(256);
        }

        var ours = Resampler.Resize(image, new SampleRect(0, 0, width, height), toWidth, toHeight);
        using var scope = NewDisposeScope();
        var planes = tensor(image.Pixels, [1, height, width, 3]).permute(0, 3, 1, 2).to(ScalarType.Float32);
        var theirs = nn.functional
            .interpolate(planes, [toHeight, toWidth], mode: InterpolationMode.Bilinear, align_corners: false, antialias: true)
            .permute(0, 2, 3, 1).contiguous().data<float>().ToArray();
        for (var i = 0; i < theirs.Length; i++)
        {
            Assert.Equal(theirs[i], ours.Pixels[i], 0.51f); // rounding error of half a level
        }
    }

    [Fact]
    public void The_plain_view_equals_the_services_crop()
    {
        var crop = TestFaces.Crops(1)[0];
        var image = RgbImage.Decode(crop.Encoded, TestContext.Current.CancellationToken);
        using var raster = MaskApi.Vision.Imaging.ImageDecoder.Decode(crop.Encoded, new(), TestContext.Current.CancellationToken);
        using var cut = MaskApi.Vision.Classification.FaceCropper.Crop(raster, crop.Box);
        var served = new RgbImage(cut.Width, cut.Height, cut.Rgb.ToArray());
        var expected = Resampler.Resize(served, new SampleRect(0, 0, cut.Width, cut.Height), 224, 224);
        Assert.Equal(expected.Pixels, SampleRenderer.Plain(crop, 224).Pixels);
        Assert.True(image.Width > 0);
    }

    [Fact]
    public void Augmentation_is_reproducible_and_can_be_turned_off()
    {
        var crop = TestFaces.Crops(1)[0];
        var augmentation = new Augmentation { Erase = 1, Blur = 1, Noise = 1, Jpeg = 1, Rotate = 1 };
        var first = SampleRenderer.Augmented(crop, 160, augmentation, new SeededRandom(1, 2, 3));
        Assert.Equal(first.Pixels, SampleRenderer.Augmented(crop, 160, augmentation, new SeededRandom(1, 2, 3)).Pixels);
        Assert.NotEqual(first.Pixels, SampleRenderer.Augmented(crop, 160, augmentation, new SeededRandom(1, 2, 4)).Pixels);

        var plain = SampleRenderer.Plain(crop, 160);
        var untouched = SampleRenderer.Augmented(crop, 160, Augmentation.None, new SeededRandom(1));
        Assert.True(
            plain.Pixels.Zip(untouched.Pixels).All(p => Math.Abs(p.First - p.Second) <= 1),
            "without augmentation, no pixel may change by more than rounding");
    }

    [Fact]
    public void A_crop_file_survives_a_round_trip()
    {
        var crops = TestFaces.Crops(5);
        var path = Path.Combine(Directory.CreateTempSubdirectory().FullName, "crops.zip");
        CropFile.Write(path, crops);
        var read = CropFile.Read(path);
        Assert.Equal(CropFile.Fingerprint(crops), CropFile.Fingerprint(read));
        Assert.Equal(
            crops.Select(c => (c.Picture, c.Label, c.Box, c.Region, c.CropHash)),
            read.Select(c => (c.Picture, c.Label, c.Box, c.Region, c.CropHash)));
        Assert.NotEqual(CropFile.Fingerprint(crops), CropFile.Fingerprint([.. crops.Skip(1), crops[0]]));

        var copy = path + "2";
        CropFile.Write(copy, crops);
        Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(copy));
        File.WriteAllText(path, "no zip");
        Assert.Throws<InvalidDataException>(() => CropFile.Read(path));
    }

    [Fact]
    public void Data_sets_are_read_in_both_layouts()
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        Assert.Throws<InvalidDataException>(() => LabelledPictures.Read(folder));
        var picture = TestFaces.Picture(masked: true, new SeededRandom(1)).ToJpeg(90);
        foreach (var name in (string[])["with_mask/b.jpg", "with_mask/a.JPG", "without_mask/c.jpg", "without_mask/notes.txt"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, name))!);
            File.WriteAllBytes(Path.Combine(folder, name), picture);
        }

        // A folder without pictures is no mistake; one with pictures may be a misspelt class.
        Directory.CreateDirectory(Path.Combine(folder, "notes"));
        Assert.Empty(LabelledPictures.OtherFolders(folder));
        Directory.CreateDirectory(Path.Combine(folder, "incorrectly_worn"));
        File.WriteAllBytes(Path.Combine(folder, "incorrectly_worn", "d.jpg"), picture);
        Assert.Equal(["incorrectly_worn"], LabelledPictures.OtherFolders(folder));

        var byClass = LabelledPictures.Read(folder);
        Assert.Equal(["a.JPG", "b.jpg", "c.jpg"], byClass.Select(p => p.Name));
        Assert.Equal([FaceLabel.WithMask, FaceLabel.WithMask, FaceLabel.WithoutMask], byClass.Select(p => p.Label!.Value));

        Directory.CreateDirectory(Path.Combine(folder, "images"));
        File.WriteAllBytes(Path.Combine(folder, "images", "p.jpg"), picture);
        File.WriteAllLines(
            Path.Combine(folder, "boxes.csv"),
            [
                "image,part,image_width,image_height,label,x,y,width,height",
                "p.jpg,fit,160,180,with_mask,30,30,100,120",
                "p.jpg,fit,160,180,incorrect_mask,1.5,2,8,8",
                "q.jpg,judge,1,1,without_mask,1,1,1,1",
            ]);
        Assert.Empty(LabelledPictures.OtherFolders(folder));
        Assert.Throws<InvalidDataException>(() => LabelledPictures.Read(folder, "judged"));
        var fit = LabelledPictures.Read(folder, "fit");
        var only = Assert.Single(fit);
        Assert.Equal(
            [(FaceLabel.WithMask, new PixelBox(30, 30, 100, 120)), (FaceLabel.IncorrectMask, new PixelBox(1.5f, 2, 8, 8))],
            only.Faces.Select(f => (f.Label, f.Box)));

        // The 8-pixel face is below the minimum size.
        var cut = Assert.Single(new CropMaker(null, new CropOptions()).Cut(only, TestContext.Current.CancellationToken));
        Assert.Equal((BoxOrigin.Annotation, new PixelBox(30, 30, 100, 120)), (cut.Origin, cut.Box));
        Assert.Equal((0, 0, 160, 180), (cut.Region.X, cut.Region.Y, cut.Region.Width, cut.Region.Height));

        // A face labelled as too unclear is read but not used for training.
        File.AppendAllText(Path.Combine(folder, "boxes.csv"), "p.jpg,unclear,160,180,ignore,30,30,100,120\n");
        var unclear = Assert.Single(LabelledPictures.Read(folder, "unclear"));
        Assert.True(Assert.Single(unclear.Faces).Ignored);
        Assert.Empty(new CropMaker(null, new CropOptions()).Cut(unclear, TestContext.Current.CancellationToken));

        File.AppendAllText(Path.Combine(folder, "boxes.csv"), "p.jpg,fit,160,180,beard,30,30,100,120\n");
        var error = Assert.Throws<InvalidDataException>(() => LabelledPictures.Read(folder));
        Assert.Contains("line 6", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cut_is_a_picture_of_its_own_that_one_face_fills()
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        var images = Directory.CreateDirectory(Path.Combine(folder, "set", "images")).FullName;
        File.WriteAllBytes(Path.Combine(images, "p.jpg"), TestFaces.Picture(masked: true, new SeededRandom(1)).ToJpeg(90));
        var file = Path.Combine(folder, "near.csv");
        File.WriteAllLines(
            file,
            ["dataset,image,label,x,y,width,height", "set,p.jpg,incorrect_mask,30,20,100,120", "set,p.jpg,with_mask,100,20,100,120"]);
        var cuts = LabelledPictures.ReadCuts(file);
        Assert.All(cuts, cut => Assert.Equal(("near", "p.jpg"), (cut.Source, cut.Name)));
        Assert.Equal(new AnnotatedFace(FaceLabel.IncorrectMask, new PixelBox(0, 0, 100, 120)), Assert.Single(cuts[0].Faces));

        using var whole = (cuts[0] with { Cut = null }).Decode(TestContext.Current.CancellationToken);
        using var cut = cuts[0].Decode(TestContext.Current.CancellationToken);
        Assert.Equal((160, 180, 100, 120), (whole.Width, whole.Height, cut.Width, cut.Height));
        for (var y = 0; y < cut.Height; y++)
        {
            Assert.Equal(whole.Row(20 + y).Slice(30 * Raster.BytesPerPixel, cut.Stride), cut.Row(y));
        }

        Assert.Throws<InvalidDataException>(() => cuts[1].Decode(TestContext.Current.CancellationToken));
        File.AppendAllText(file, "set,p.jpg,with_mask,1.5,20,100,120\n");
        var error = Assert.Throws<InvalidDataException>(() => LabelledPictures.ReadCuts(file));
        Assert.Contains("line 4", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_subject_of_a_picture_is_large_and_confident()
    {
        static DetectedFace Face(float side, float confidence) => new(new PixelBox(0, 0, side, side), confidence, default);
        Assert.Equal(0.9f, CropMaker.Subject([Face(120, 0.35f), Face(100, 0.9f), Face(20, 0.99f)], 40)!.Value.Confidence);
        Assert.Equal(0.35f, CropMaker.Subject([Face(300, 0.35f), Face(100, 0.9f)], 40)!.Value.Confidence);
        Assert.Null(CropMaker.Subject([Face(20, 0.99f)], 40));
        Assert.Null(CropMaker.Subject([], 40));
    }

    [Theory]
    [InlineData("/data/set", "/data/set", null, null)]
    [InlineData("/data/set:fit", "/data/set", "fit", null)]
    [InlineData("/data/set=2.5", "/data/set", null, 2.5)]
    [InlineData("/data/set:fit=0", "/data/set", "fit", 0.0)]
    [InlineData("/data/a=b", "/data/a=b", null, null)]
    public void A_data_set_argument_may_have_a_part_and_a_weight(string text, string folder, string? part, double? weight) =>
        Assert.Equal(
            (folder, part, weight),
            (DataSetArgument.Parse(text).Folder, DataSetArgument.Parse(text).Part, DataSetArgument.Parse(text).Weight));

    [Fact]
    public void Pictures_without_a_face_are_named_and_unreadable_ones_reported()
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        Directory.CreateDirectory(Path.Combine(folder, "with_mask"));
        File.WriteAllBytes(Path.Combine(folder, "with_mask", "good.jpg"), TestFaces.Picture(masked: true, new SeededRandom(1)).ToJpeg(90));
        File.WriteAllText(Path.Combine(folder, "with_mask", "bad.jpg"), "this is text");
        var result = new CropMaker(null, new CropOptions()).Cut(LabelledPictures.Read(folder), null, TestContext.Current.CancellationToken);
        var crop = Assert.Single(result.Crops);
        Assert.Equal(BoxOrigin.Picture, crop.Origin);
        Assert.EndsWith("/good.jpg", Assert.Single(result.WithoutDetection), StringComparison.Ordinal);
        Assert.Contains("/bad.jpg: ", Assert.Single(result.Unreadable), StringComparison.Ordinal);
    }
}
