// node build/main.js <base address> <picture>: detects once well, once badly, and in a batch, through the generated client.
import { readFile } from 'node:fs/promises';
import { detectFaces, detectFacesInBatch, getInfo } from './client';
import { client } from './client/client.gen';

async function main(baseUrl: string, path: string): Promise<void> {
  client.setConfig({ baseUrl });
  const picture = await readFile(path);

  const info = await getInfo({ throwOnError: true });
  const detected = await detectFaces({
    body: { image: picture.toString('base64') },
    query: { landmarks: true, detail: 'auto' },
    throwOnError: true,
  });
  const refused = await detectFaces({ body: { image: 'bm8gcGljdHVyZQ==' } });
  const batch = await detectFacesInBatch({
    body: { images: [new File([new Uint8Array(picture)], 'one.jpg'), new File(['no picture'], 'two.jpg')] },
    throwOnError: true,
  });

  console.log(JSON.stringify({
    models: info.data.models.length,
    label: detected.data.faces[0].label,
    mouth: detected.data.faces[0].landmarks?.mouth.y,
    refusal: refused.error?.code,
    batch: batch.data.results.map(result => result.status),
  }));
}

main(process.argv[2], process.argv[3]).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
