import { Socket } from 'node:net';
import { endGroup } from './end-group.js';
import { lifelineDescriptor } from './protocol.js';

/*
 * Runs on a thread of its own in every worker, so that it is awake while the worker computes: when the other end of
 * the lifeline closes, the parent is gone, however it died, and so is everybody's interest in the work.
 */
const lifeline = new Socket({ fd: lifelineDescriptor, readable: true, writable: false });
lifeline.on('error', endGroup);
lifeline.on('close', endGroup);
lifeline.resume();
