import { type Detection, intersectionOverUnion } from './boxes.ts';

interface Track {
  readonly id: number;
  last: Detection;
  readonly history: Detection[];
  missed: number;
}

const MAX_TRACKS = 400;
const MAX_HISTORY = 120;
const SAME_THING = 0.3;
const FORGET_AFTER = 40;

/** Follows things from picture to picture and remembers where they were: the service's memory. */
export class ObjectTracker {
  private tracks: Track[] = [];
  private nextId = 1;

  get size(): number {
    return this.tracks.length;
  }

  /** @returns the ids of the things of this picture, in its order */
  associateTracks(detections: readonly Detection[]): number[] {
    for (const track of this.tracks) track.missed++;
    const ids = detections.map((detection) => {
      const track = this.bestTrack(detection) ?? this.startTrack(detection);
      track.last = detection;
      track.missed = 0;
      track.history.push({ ...detection });
      if (track.history.length > MAX_HISTORY) track.history.shift();
      return track.id;
    });
    this.tracks = this.tracks.filter((track) => track.missed < FORGET_AFTER).slice(-MAX_TRACKS);
    return ids;
  }

  private bestTrack(detection: Detection): Track | undefined {
    let best: Track | undefined;
    let bestOverlap = SAME_THING;
    for (const track of this.tracks) {
      if (track.missed === 0 || track.last.label !== detection.label) continue;
      const overlap = intersectionOverUnion(track.last, detection);
      if (overlap > bestOverlap) {
        best = track;
        bestOverlap = overlap;
      }
    }
    return best;
  }

  private startTrack(detection: Detection): Track {
    const track = { id: this.nextId++, last: detection, history: [], missed: 1 };
    this.tracks.push(track);
    return track;
  }
}
